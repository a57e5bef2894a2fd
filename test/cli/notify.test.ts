// `drover notify --test`: who answered, and that a rehearsal sends nothing outside.

import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runCommandLine } from '../../pipeline/cli/command-line.ts'
import { type LoopbackService, startService } from '../support/loopback-service.ts'
import { acmeCheckout, type Checkout } from './acme-checkout.ts'

let checkout: Checkout
let hooks: LoopbackService

beforeAll(async () => {
  checkout = await acmeCheckout()
  hooks = await startService(({ path }) => ({ status: path === '/fine' ? 200 : 404 }))
  const written = await readFile(checkout.file, 'utf8')
  const notifications = ['FINE', 'GONE'].map((name) => `  - slack: { webhook: { environment: ${name} } }\n`).join('')
  await writeFile(checkout.file, written.replace('\nimages:', `\nnotifications:\n${notifications}\nimages:`))
  vi.stubEnv('DROVER_CONFIG', checkout.file)
  vi.stubEnv('FINE', `${hooks.origin}/fine`)
  vi.stubEnv('GONE', `${hooks.origin}/gone`)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await hooks.close()
  await checkout.remove()
})

async function drover(...words: readonly string[]) {
  const printed: string[] = []
  const noted: string[] = []
  const output = {
    print: (line: string) => void printed.push(line),
    printJson: (value: unknown) => void printed.push(JSON.stringify(value)),
    note: (line: string) => void noted.push(line),
  }
  return { exitCode: await runCommandLine(words, output, new AbortController().signal), printed, noted }
}

test('a rehearsal shows the message and sends nothing', async () => {
  const { exitCode, printed, noted } = await drover('notify', '--test', '--rehearsal')
  expect({ exitCode, printed }).toEqual({ exitCode: 0, printed: ['a rehearsal sends nothing outside'] })
  expect(noted).toContain('This is a test of the notifications')
  expect(hooks.asked).toEqual([])
})

test('says who answered, and fails when one did not', async () => {
  const { exitCode, printed } = await drover('notify', '--test')
  expect({ exitCode, printed }).toEqual({ exitCode: 1, printed: ['✔ slack (FINE)', '✖ slack (GONE): it answered 404'] })
  expect(hooks.asked.map(({ path }) => path).toSorted()).toEqual(['/fine', '/gone'])
})
