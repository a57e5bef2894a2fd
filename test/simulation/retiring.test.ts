// Images taken out of use during and after releases, as `drover retire --apply` and `drover revoke` do it, watched by every checker.

import { describe, expect, test } from 'vitest'
import { aPolicy, aRollPolicy, aSoakPolicy, aStage, aTarget, hourMs, minuteMs } from '../support/factories.ts'
import { checkers } from './checkers/index.ts'
import type { Plan, PlannedOrder } from './plan/plan.ts'
import { undisturbed } from './plan/undisturbed.ts'
import { simulate } from './simulate.ts'

const roll = aRollPolicy({ instanceWarmupMs: 0 })
const stage = (name: string, region: string) =>
  aStage(name, {
    soak: aSoakPolicy({ durationMs: hourMs / 4 }),
    waves: [{ name: 'all', groups: [aTarget(`${region}/${name}-1`, { roll, withoutHealth: 'a simulated group' })] }],
  })
const policy = aPolicy({ stages: [stage('staging', 'eu-central-1'), stage('prod', 'eu-west-1')] })
const group = ({ name, account }: { readonly name: string; readonly account: string }, region: string) => {
  return { stage: name, account, region, name: `${name}-1`, machines: 1 }
}
const release = (index: number) => ({ lane: 'weekly', afterMs: index * 3 * hourMs, image: 'sound', fixes: [] }) as const
const plan: Plan = {
  ...undisturbed,
  policies: { weekly: policy, emergency: { ...policy, lane: 'emergency' } },
  groups: [group(aStage('staging'), 'eu-central-1'), group(aStage('prod'), 'eu-west-1')],
  releases: [release(0), release(1), release(2)],
  calmAfterMs: 12 * hourMs,
}
const retention = {
  keep: 1,
  deprecateAfterMs: hourMs,
  disableAfterMs: 2 * hourMs,
  deregisterAfterMs: 4 * hourMs,
  keepFailedMs: hourMs,
}

/** `release step`, or `release revoked`, in the order they were recorded; once for each, however many regions it has images in. */
async function stepsTaken(
  orders: readonly PlannedOrder[],
  over: Partial<Plan> = {},
  onLine = (_line: string) => {},
): Promise<readonly string[]> {
  const steps = new Set<string>()
  const look = () => ({
    onRecord: ({ release: id, event }: Parameters<NonNullable<ReturnType<(typeof checkers)['soaked']>['onRecord']>>[0]) => {
      if (event.type === 'image.retired') steps.add(`${id} ${event.step}`)
      if (event.type === 'release.revoked') steps.add(`${event.releaseId} revoked`)
      return []
    },
  })
  const { found, lines } = await simulate(1, { plan: { ...plan, ...over, orders }, checkers: { ...checkers, look }, onLine })
  expect(found, lines.join('\n')).toEqual([])
  return [...steps]
}

describe('images that nothing needs', { timeout: 60_000 }, () => {
  const order = { kind: 'retire', fromMs: hourMs, everyMs: 50 * minuteMs, times: 14, retention } as const
  const everyStep = [
    'web-2026.47.1 deprecated',
    'web-2026.47.1 disabled',
    'web-2026.47.1 deregistered',
    'web-2026.47.2 deprecated',
    'web-2026.47.2 disabled',
    'web-2026.47.2 deregistered',
  ]

  test('are deprecated, disabled and deregistered while releases follow each other, and none that is in use', async () => {
    expect(await stepsTaken([{ ...order, death: 0 }])).toEqual(everyStep)
  })

  test('are so all the same by runs that die on the way, and the ledger knows what became of each', async () => {
    const deaths: string[] = []
    const onLine = (line: string) => void (line.includes('rita died after it recorded image.retired') && deaths.push(line))
    expect(await stepsTaken([{ ...order, times: 20, death: 0.2 }], {}, onLine)).toEqual(everyStep)
    expect(deaths).not.toEqual([])
  })

  test('are disabled when their release is revoked, once it has been rolled off', async () => {
    const order = { kind: 'revoke', release: 1, fromMs: 5 * hourMs } as const
    const steps = await stepsTaken([order], { releases: [release(0), release(1)] })
    expect(steps).toEqual(['web-2026.47.2 revoked', 'web-2026.47.2 disabled'])
  })
})
