// The `http` test: every machine of the stage answers a GET with the expected status.

import type { TestPolicy } from '../release/index.ts'
import type { TestRun, TestVerdict } from './test-run.ts'

/** One lost packet must not end a release that has soaked for a day. */
const attempts = 3
const betweenAttemptsMs = 5_000

type HttpTest = Extract<TestPolicy, { readonly kind: 'http' }>

export async function testByHttp(test: HttpTest, run: TestRun): Promise<TestVerdict> {
  for (const { region, machines } of run.regions) {
    for (const { id, address } of machines) {
      const url = `http://${address.includes(':') ? `[${address}]` : address}:${test.port}${test.path}`
      const fault = await faultOf(url, test, run)
      if (fault) return { ok: false, detail: `${url} of ${id} in ${region}: ${fault}` }
    }
  }
  return { ok: true, detail: '' }
}

async function faultOf(url: string, test: HttpTest, run: TestRun): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const answer = await run.probe.get(url, { timeoutMs: test.timeoutMs, signal: run.signal })
    if (answer.ok && answer.status === test.expectStatus) return undefined
    const fault = answer.ok ? `answered ${answer.status} instead of ${test.expectStatus}` : answer.message
    if (attempt === attempts) return fault
    await run.clock.pause(betweenAttemptsMs, run.signal)
  }
}
