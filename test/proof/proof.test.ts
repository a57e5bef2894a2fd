// The whole proof, a local cloud playing AWS: it comes to production, leaves nothing, and differs from the local cloud in nothing.

import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tearDownProof } from '../../pipeline/cli/prove.ts'
import { readTrace } from '../../pipeline/proof/index.ts'
import { openSandbox, plan, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox()
})
afterEach(() => sandbox.close())

const output = () => ({
  note: (line: string) => void sandbox.noted.push(line),
  print: (line: string) => void sandbox.printed.push(line),
  printJson: () => undefined,
})

/** Actions that make or end something. */
function acts(): string[] {
  const seen: string[] = []
  sandbox.onRequest = ({ action }) => {
    if (/^(Create|Put|Run|Start|Copy|Import|Delete|Terminate|Deregister)/.test(action)) seen.push(action)
  }
  return seen
}

describe('a proof', { timeout: 240_000 }, () => {
  test('comes to production, leaves nothing, keeps a trace of it without a secret, and finds no difference to the local cloud', async () => {
    const code = await sandbox.prove()
    expect(code, [...sandbox.noted, ...sandbox.printed].join('\n')).toBe(0)
    expect(sandbox.noted.join('\n')).toMatch(
      /the release is in production; [\d.]+ machine-hours, about [\d.]+ USD\n.*nothing is left/,
    )
    expect(await sandbox.leftovers()).toEqual([])
    expect(sandbox.printed).toContain('nothing differs in what drover reads')

    const trace = await readFile(`${sandbox.directory}/aws.trace.jsonl`, 'utf8')
    const { calls, unreadable } = readTrace(trace)
    expect({ unreadable, refreshes: calls.filter(({ action }) => action === 'StartInstanceRefresh').length }).toEqual({
      unreadable: 0,
      refreshes: 3,
    })
    const { accessKeyId, secretAccessKey, account } = sandbox.local.credentials
    for (const own of [accessKeyId, secretAccessKey, account, plan.id, 'ami-0', 'i-0', '136693071363'])
      expect(trace).not.toContain(own)
    expect(JSON.parse(await readFile(`${sandbox.directory}/comparison.json`, 'utf8'))).toMatchObject({
      calls: { aws: calls.length },
    })

    // The same trace with one member gone and one state that AWS does not know: both are found, and the exit code says so.
    const changed = trace
      .replaceAll('"InstanceRefreshes[].PercentageComplete":["number"],', '')
      .replaceAll('Successful', 'Triumphant')
    await writeFile(`${sandbox.directory}/changed.jsonl`, changed)
    sandbox.printed.length = 0
    const again = { directory: `${sandbox.directory}/again`, against: `${sandbox.directory}/changed.jsonl` }
    expect(await sandbox.prove(again)).toBe(3)
    const said = sandbox.printed.join('\n')
    expect(said).toContain('only AWS answers InstanceRefreshes[].PercentageComplete')
    expect(said).toContain('InstanceRefreshes[].Status was Triumphant with the local cloud only')
  })
})

describe('what ends a proof early', () => {
  test('credentials of another account: nothing is made', async () => {
    const made = acts()
    const other = { ...plan, place: { ...plan.place, account: '210987654321' } }
    await expect(sandbox.prove({ plan: other })).rejects.toThrow(/credentials are of account 123456789012, not of 210987654321/)
    expect(made).toEqual([])
  })

  test('an account that nobody has called a sandbox: nothing is made, and it says how a person does', async () => {
    await sandbox.close()
    sandbox = await openSandbox({ isSandbox: false })
    const made = acts()
    await expect(sandbox.prove()).rejects.toThrow(
      /put-parameter --region eu-central-1 --name \/drover\/sandbox --type String --value yes/,
    )
    expect(made).toEqual([])
  })

  test('a guess above the ceiling, and a machine whose price is not known', async () => {
    const made = acts()
    await expect(sandbox.prove({ ceilingUsd: 0.05 })).rejects.toThrow(
      /would cost about 0\.\d\d USD, more than the ceiling of 0\.05 USD/,
    )
    await expect(sandbox.prove({ plan: { ...plan, instanceType: 'p5.48xlarge' } })).rejects.toThrow(
      /what a p5.48xlarge costs is not known/,
    )
    expect(made).toEqual([])
  })

  test('a dry run: the plan with its cost, and nothing is made', async () => {
    const made = acts()
    expect(await sandbox.prove({ dryRun: true })).toBe(0)
    expect(made).toEqual([])
    expect(sandbox.noted.join('\n')).toMatch(/machine-hours.*\n.*a guess, by list prices as they were known in 2025/)
  })

  test('the ceiling, when machines run longer than was guessed: it stops, and everything is torn down', async () => {
    let refreshes = 0
    sandbox.onRequest = ({ action }) => {
      if (action === 'StartInstanceRefresh' && refreshes++ === 0) sandbox.clock.advance(10 * 3_600_000)
    }
    expect(await sandbox.prove({ ceilingUsd: 1 })).toBe(1)
    expect(sandbox.noted.join('\n')).toMatch(
      /ended early: 1\.\d\d USD with the teardown to come is more than the ceiling of 1\.00 USD/,
    )
    expect(refreshes, 'the later stages were not begun').toBe(1)
    expect(await sandbox.leftovers()).toEqual([])
  })

  test('Ctrl-C in the middle of a roll: everything is torn down before it ends', async () => {
    const interruption = new AbortController()
    sandbox.onRequest = ({ action }) => {
      if (action === 'StartInstanceRefresh') interruption.abort(new Error('SIGINT'))
    }
    await expect(sandbox.prove({}, interruption.signal)).rejects.toThrow('SIGINT')
    expect(sandbox.noted).toContain('nothing is left in the account')
    expect(await sandbox.leftovers()).toEqual([])
  })
})

describe('a teardown', () => {
  test('of a proof that was killed removes by tag what it left, and again finds nothing', async () => {
    await killedAfter('StartInstanceRefresh')
    sandbox.onRequest = () => undefined
    expect((await sandbox.leftovers()).length).toBeGreaterThan(10)
    await expect(sandbox.prove()).rejects.toThrow(/the proof p1a2b3c4d runs there, or has left something/)
    expect(await tearDownProof(sandbox.options, plan, output())).toBe(0)
    expect(await sandbox.leftovers()).toEqual([])
    expect(await tearDownProof(sandbox.options, plan, output())).toBe(0)
    expect(sandbox.printed.at(-1)).toBe('the proof p1a2b3c4d has left nothing')
  })

  test('leaves alone what is not tagged, also beside it', async () => {
    await killedAfter('CopyImage')
    sandbox.onRequest = () => undefined
    const own = await sandbox.at.createSecurityGroup({
      name: 'somebody',
      description: 'else’s',
      ingress: [],
      tags: { 'drover:proof': 'pother' },
    })
    expect(own.ok).toBe(true)
    expect(await tearDownProof(sandbox.options, plan, output())).toBe(0)
    expect((await sandbox.leftovers()).join(' ')).toMatch(/^security-group sg-\w+$/)
  })
})

/** As a killed process would: after that action nothing more is asked of AWS, the teardown included. */
async function killedAfter(action: string): Promise<void> {
  let isDead = false
  sandbox.onRequest = (request) => {
    if (isDead) throw new TypeError('killed')
    isDead = request.action === action
  }
  expect(await sandbox.prove()).toBe(1)
  expect(sandbox.noted.join('\n')).toMatch(/LEFT BEHIND: .*killed/)
}
