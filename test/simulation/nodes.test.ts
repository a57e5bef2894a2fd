// Releases of a family of Kubernetes nodes: by EKS's updates, by refreshes with hooks and by Karpenter's parameter, from dev to prod, watched by every checker.

import { describe, expect, test } from 'vitest'
import type { GroupTarget, Policy } from '../../pipeline/release/index.ts'
import { aPolicy, aRollPolicy, aSoakPolicy, aStage, aTarget, hourMs, httpTest, minuteMs } from '../support/factories.ts'
import { targetOf } from './plan/draw-moves.ts'
import type { Plan, PlannedGroup } from './plan/plan.ts'
import { undisturbed } from './plan/undisturbed.ts'
import { type Simulated, simulate } from './simulate.ts'

const region = 'eu-central-1'
const roll = aRollPolicy({ instanceWarmupMs: 0 })
const names = ['dev', 'staging', 'prod']

function groupsOf(stage: string): readonly PlannedGroup[] {
  const where = { stage, account: aStage(stage).account, region, machines: 2 }
  return [
    { ...where, name: `${stage}-own`, kind: 'hooked' },
    { ...where, name: `acme/${stage}-managed`, kind: 'node-group' },
    { ...where, name: `acme/${stage}-class`, kind: 'karpenter', parameter: `/acme/${stage}/image` },
  ]
}

const targets = (stage: string): readonly GroupTarget[] =>
  groupsOf(stage).map((group) => targetOf(group, aTarget(`${region}/${stage}`, { roll, withoutHealth: 'a simulated group' })))
/** Production's nodes of Karpenter have to run the image for a while, machine by machine. */
const soakOf = (stage: string) => ({ durationMs: hourMs, tests: [httpTest], ...(stage === 'prod' && { instanceHours: 3 }) })
const policy: Policy = aPolicy({
  stages: names.map((stage) =>
    aStage(stage, { soak: aSoakPolicy(soakOf(stage)), waves: [{ name: 'all', groups: targets(stage) }] }),
  ),
})
const quick = policy.stages.map((stage) => ({ ...stage, soak: aSoakPolicy({ durationMs: 0, tests: [httpTest] }) }))
const plan: Plan = {
  ...undisturbed,
  policies: { weekly: policy, emergency: { ...policy, lane: 'emergency', stages: quick } },
  groups: names.flatMap(groupsOf),
  calmAfterMs: 12 * hourMs,
}
const weekly = { lane: 'weekly', image: 'sound', fixes: [] } as const
const again = { ...weekly, afterMs: 16 * hourMs }

/** Everything launches what that release has made. */
function everywhere(release: string): Simulated['launches'] {
  return Object.fromEntries(plan.groups.map(({ name }) => [name, release]))
}

/** Dies there once. */
function dyingOnce(at: string): (here: string) => boolean {
  let left = 1
  return (here) => here === at && left-- > 0
}

describe('nodes of a cluster', { timeout: 120_000 }, () => {
  test('go from dev to prod, each kind in its own way', async () => {
    const simulated = await simulate(1, { plan })
    expect(simulated, simulated.lines.join('\n')).toMatchObject({ found: [], endings: ['release.finished'] })
    expect(simulated.launches).toEqual(everywhere('web-2026.47.1'))
  })

  test('go back to the release before when the next is undone', async () => {
    const orders = [{ kind: 'undo', fromMs: 40 * hourMs }] as const
    const simulated = await simulate(1, { plan: { ...plan, releases: [{ ...weekly, afterMs: 0 }, again], orders } })
    const finished = Array.from({ length: 3 }, () => 'release.finished')
    expect(simulated, simulated.lines.join('\n')).toMatchObject({ found: [], endings: finished })
    expect(simulated.launches).toEqual(everywhere('web-2026.47.1'))
  })

  test.each([2, 4, 6, 9])('are taken over by an emergency %i minutes after a release began', async (minutes) => {
    const emergency = { ...weekly, lane: 'emergency', afterMs: minutes * minuteMs } as const
    const simulated = await simulate(1, { plan: { ...plan, releases: [{ ...weekly, afterMs: 0 }, emergency] } })
    const endings = ['release.superseded', 'release.finished']
    expect(simulated, simulated.lines.join('\n')).toMatchObject({ found: [], endings })
    expect(simulated.launches).toEqual(everywhere('web-2026.47.2'))
  })

  test.each([
    'before update-version',
    'after update-version',
    'before it recorded roll.finished',
    'before PutParameter',
    'after PutParameter',
    'after StartInstanceRefresh',
    'before it recorded roll.started',
    'after it recorded roll.started',
  ])('arrive all the same when their runner is killed %s', async (at) => {
    const simulated = await simulate(1, { plan, kills: dyingOnce(at) })
    expect(simulated, simulated.lines.join('\n')).toMatchObject({ found: [], kills: 1, endings: ['release.finished'] })
    expect(simulated.launches).toEqual(everywhere('web-2026.47.1'))
  })
})
