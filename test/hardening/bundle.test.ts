// What goes into a machine: every file is there, scripts can be run, and the counts come back.

import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { prepareGuestBundle, prepareScanBundle } from '../../hardening/engine/bundle.ts'
import { checkProfile, openProfile } from '../../hardening/profile/open-profile.ts'
import { readGuestResults } from '../../hardening/results/read-guest-results.ts'
import { cacheDirectory, readTools } from '../../pipeline/cli/tools.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { nowMs, scan } from './mini.ts'

const files = createFiles()
const profileFile = new URL('../../docs/examples/acme/hardening/cis-level1-server.yaml', import.meta.url).pathname
let workDirectory = ''
let contentDirectory = ''
beforeAll(async () => {
  workDirectory = await files.makeTemporaryDirectory('drover-bundle-')
  contentDirectory = (await readTools(files, cacheDirectory(process.env))).content?.directory ?? ''
})
afterAll(() => files.remove(workDirectory))

test('the bake gets its packages, steps and files, all of which exist', async () => {
  const bundle = await prepareGuestBundle({ profileFile, contentDirectory, workDirectory, nowMs }, { files })
  expect(bundle.packages).toEqual(['apparmor', 'apparmor-utils', 'cron', 'libpam-pwquality', 'systemd-timesyncd', 'ufw'])
  const placed = new Map(bundle.files.map(({ to, mode }) => [to, mode]))
  for (const { script } of bundle.steps) expect(placed.get(script)).toBe('0755')
  expect(placed.get('controls/firewall/apply.sh')).toBe('0755')
  expect([...placed.keys()].filter((to) => to.includes('scenarios') || to.includes('control.yaml'))).toEqual([])
  for (const { from } of bundle.files) expect([from, await files.kind(from)]).toEqual([from, 'file'])
  const packed = (await files.readBytes(`${workDirectory}/content.xml.gz`)) ?? new Uint8Array()
  expect(await files.readText(`${workDirectory}/settings.sh`)).toContain(`CONTENT_SHA256='${sha256(gunzipSync(packed))}'`)
})

test('a fresh machine gets one step and no package', async () => {
  const bundle = await prepareScanBundle({ profileFile, contentDirectory, workDirectory, nowMs }, { files })
  expect(bundle.packages).toEqual([])
  expect(bundle.steps.map(({ script }) => script)).toEqual(['guest/verify-scan.sh'])
})

test('a profile with problems makes no bundle', async () => {
  await files.write(`${workDirectory}/bad.yaml`, 'version: 1\ntitle: Bad\ncontent: ssg-debian13\nprofile: cis_level3_server\n')
  const request = { profileFile: `${workDirectory}/bad.yaml`, contentDirectory, workDirectory, nowMs }
  await expect(prepareGuestBundle(request, { files })).rejects.toMatchObject({
    problems: [{ code: 'config-wrong-value', hint: 'Did you mean cis_level1_server?' }],
  })
})

test('counts of the scans that a bake fetched', async () => {
  const request = { profileFile, contentDirectory, nowMs }
  const { content, profile } = await openProfile(files, request)
  const demanded = [...(content.profiles.get(profile.base)?.selected ?? [])]
  const waived = new Set(profile.waivers.map(({ rule }) => rule))
  await fetched('before', (rule, index) => (waived.has(rule) || index % 2 === 0 ? 'fail' : 'pass'))
  await fetched('after', (rule) => (waived.has(rule) ? 'fail' : 'pass'))
  const { before, after } = await readGuestResults(workDirectory, request, { files })
  expect(after).toMatchObject({ failed: 0, waived: waived.size, notJudged: 0, passed: demanded.length - waived.size })
  expect(before.failed).toBeGreaterThan(150)
  expect(Object.values(before).reduce((sum, count) => sum + count, 0)).toBe(demanded.length)

  async function fetched(name: string, resultOf: (rule: string, index: number) => string): Promise<void> {
    const rules = demanded.map(
      (rule, index) => `<rule-result idref="${rule}"><result>${resultOf(rule, index)}</result></rule-result>`,
    )
    await files.write(`${workDirectory}/${name}.xml.gz`, gzipSync(`<TestResult>${rules.join('')}</TestResult>`))
    await files.write(`${workDirectory}/${name}.json`, JSON.stringify({ ...scan().facts, method: 'fast' }))
  }
})

test('results that never came are a problem, not a zero', async () => {
  await expect(
    readGuestResults(`${workDirectory}/none`, { profileFile, contentDirectory, nowMs }, { files }),
  ).rejects.toMatchObject({
    problems: [{ code: 'not-found', message: `the before scan left no results in ${workDirectory}/none` }],
  })
})

test.each([
  ['content: ssg-debain13\n', ':1:10', 'content ssg-debain13 is not known here', 'Did you mean ssg-debian13?'],
  ['title: No content\n', ':1:1', 'a hardening profile has no content', 'Known: ssg-al2023, ssg-debian12, ssg-debian13.'],
  ['content: [ssg-debian13]\n', ':1:10', 'content must be a name', 'Known: ssg-al2023, ssg-debian12, ssg-debian13.'],
  ['- content\n', ':1:1', 'a hardening profile must be a mapping', undefined],
])('a profile of content nobody pinned is told so before any rule is looked at: %j', async (text, place, message, hint) => {
  const profile = `${workDirectory}/content.yaml`
  await files.write(profile, text)
  const request = { profileFile: profile, contentDirectory, nowMs }
  const opened = await checkProfile(files, request)
  const problem = opened.ok ? undefined : opened.problems[0]
  expect(`:${problem?.place?.line}:${problem?.place?.column}`).toBe(place)
  await expect(openProfile(files, request)).rejects.toMatchObject({ problems: [{ message, ...(hint && { hint }) }] })
})
