// The scanner's content is the pinned one or none: fetched for real from this machine's Debian mirror into a cache of its own.

import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const pins = JSON.parse(await readFile(`${root}hardening/content.json`, 'utf8'))
const pin = pins['ssg-debian13']

let directory: string
beforeAll(async () => {
  directory = await mkdtemp('/tmp/drover-content-')
  // A checkout of its own, because accepting new content changes the pin in it.
  await cp(`${root}scripts`, `${directory}/checkout/scripts`, { recursive: true })
  await mkdir(`${directory}/checkout/hardening`)
})
afterAll(() => rm(directory, { recursive: true }))

async function setUpContent(changes: Partial<typeof pin> = {}, environment: Record<string, string> = {}) {
  const pinsFile = `${directory}/checkout/hardening/content.json`
  await writeFile(pinsFile, JSON.stringify({ 'ssg-debian13': { ...pin, ...changes } }))
  await rm(`${directory}/cache/tools.json`, { force: true })
  const outcome = await execa(`${directory}/checkout/scripts/setup`, ['content'], {
    reject: false,
    env: { DROVER_CACHE: `${directory}/cache`, ...environment },
  })
  const tools = await readFile(`${directory}/cache/tools.json`, 'utf8').catch(() => '{}')
  return { ...outcome, pinsAfter: JSON.parse(await readFile(pinsFile, 'utf8')), content: JSON.parse(tools).content }
}

test('what is pinned is fetched once, and a file that was changed since is refused', async () => {
  const first = await setUpContent()
  expect(first.exitCode, first.stderr).toBe(0)
  expect(first.content).toEqual({
    directory: expect.stringContaining(`${directory}/cache/scap-content-`),
    version: pin.packageVersion,
  })
  expect((await setUpContent()).stderr).toMatch(/^set-up: everything is present: content \(\d+ s\)$/)

  // Other pins of the same package, another folder; but nobody is asked for what was fetched before.
  const again = await setUpContent({ title: 'the same under another title' }, { http_proxy: 'http://127.0.0.1:9' })
  expect(again.exitCode, again.stderr).toBe(0)
  expect(again.stderr).not.toContain('package list')
  expect(again.content.directory).not.toBe(first.content.directory)

  await appendFile(`${first.content.directory}/${pin.file}`, ' ')
  const changed = await setUpContent()
  expect(changed.exitCode).toBe(2)
  expect(changed.stderr).toBe(
    `set-up: ${first.content.directory}/${pin.file} was changed after it was fetched\n    Remove ${first.content.directory} and run this again.`,
  )
}, 120_000)

test('another version than the pinned is refused, and accepted only by a change of the pin', async () => {
  const older = {
    packageVersion: '0.1.76-1',
    packageFile: 'ssg-debian_0.1.76-1_all.deb',
    title: 'SCAP Security Guide 0.1.76 for Debian 13',
  }
  const refused = await setUpContent({ ...older, packageSha256: '0'.repeat(64), sha256: '1'.repeat(64) })
  expect(refused.exitCode).toBe(2)
  expect(refused.stderr).toContain(
    `set-up: Debian sid has ssg-debian ${pin.packageVersion}, drover pins 0.1.76-1\n    DROVER_CONTENT=accept-new pins`,
  )
  expect(refused.pinsAfter['ssg-debian13'].packageVersion).toBe('0.1.76-1')
  expect(refused.content).toBeUndefined()

  const accepted = await setUpContent(
    { ...older, packageSha256: '0'.repeat(64), sha256: '1'.repeat(64) },
    { DROVER_CONTENT: 'accept-new' },
  )
  expect(accepted.exitCode, accepted.stderr).toBe(0)
  expect(accepted.stderr).toContain(`hardening/content.json now pins ${pin.packageVersion} (SHA-256 ${pin.packageSha256})`)
  expect(accepted.pinsAfter['ssg-debian13']).toEqual(pin)
}, 120_000)

test('the pinned version with another digest is refused, whatever was asked for', async () => {
  const outcome = await setUpContent({ packageSha256: '0'.repeat(64) }, { DROVER_CONTENT: 'accept-new' })
  expect(outcome.exitCode).toBe(2)
  expect(outcome.stderr).toContain(`${pin.packageFile} has SHA-256 ${pin.packageSha256}`)
  expect(outcome.stderr).toContain('not what hardening/content.json pins')
  expect(outcome.content).toBeUndefined()
}, 120_000)
