// Every checker finds what it is there for: something is put wrong in production's place, and it is told.

import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import type { ActingPerformers } from '../../pipeline/conductor/index.ts'
import { rowsIn } from '../../pipeline/localcloud/index.ts'
import type { GroupKey, GroupTarget, PerformerRequest, Policy, Release, StagePolicy } from '../../pipeline/release/index.ts'
import { aPolicy, aRollPolicy, aSoakPolicy, aStage, aTarget, hourMs, minuteMs } from '../support/factories.ts'
import { checkers } from './checkers/index.ts'
import { targetOf } from './plan/draw-moves.ts'
import type { Plan, PlannedGroup } from './plan/plan.ts'
import { undisturbed } from './plan/undisturbed.ts'
import { type Sabotage, type SabotagedWorld, simulate } from './simulate.ts'
import { placeOf } from './world/company.ts'

const region = 'eu-central-1'
const roll = aRollPolicy({ instanceWarmupMs: 0 })
const stage = (name: string) =>
  aStage(name, {
    soak: aSoakPolicy({ durationMs: hourMs }),
    waves: [{ name: 'all', groups: [aTarget(`${region}/${name}-1`, { roll, withoutHealth: 'a simulated group' })] }],
  })
const policy: Policy = aPolicy({ stages: [stage('staging'), stage('prod')] })
const group = (name: string) => ({ stage: name, account: stage(name).account, region, name: `${name}-1`, machines: 2 })
const plan: Plan = {
  ...undisturbed,
  policies: { weekly: policy, emergency: { ...policy, lane: 'emergency' } },
  groups: [group('staging'), group('prod')],
  calmAfterMs: hourMs,
}

/** The same company, whose groups are nodes of that kind. */
function ofNodes(kind: 'node-group' | 'karpenter'): Plan {
  const nodes = (stage: string): PlannedGroup => {
    const parameter = kind === 'karpenter' ? { parameter: `/acme/${stage}/image` } : {}
    return { ...group(stage), name: `acme/${stage}-1`, kind, ...parameter }
  }
  const weekly = changedTargets((target, stage) => targetOf(nodes(stage), target))
  return {
    ...plan,
    policies: { weekly, emergency: { ...weekly, lane: 'emergency' } },
    groups: plan.groups.map(({ stage }) => nodes(stage)),
  }
}

function changedTargets(change: (target: GroupTarget, stage: string) => GroupTarget): Policy {
  const stages = policy.stages.map((one) => ({
    ...one,
    waves: one.waves.map((wave) => ({ ...wave, groups: wave.groups.map((target) => change(target, one.name)) })),
  }))
  return { ...policy, stages }
}

/** The same company, whose policies have those stages. */
function everyStage(change: (stage: StagePolicy) => StagePolicy): Plan {
  const weekly = { ...policy, stages: policy.stages.map(change) }
  return { ...plan, policies: { weekly, emergency: { ...weekly, lane: 'emergency' } } }
}

/** What only that checker finds. */
async function foundBy(
  checker: keyof typeof checkers | 'ends' | 'no crash',
  sabotage: Sabotage,
  within: Plan = plan,
): Promise<readonly string[]> {
  const only = checker in checkers ? { [checker]: checkers[checker as keyof typeof checkers] } : {}
  const { found, lines } = await simulate(1, { plan: within, sabotage, checkers: only })
  expect(
    found.filter((sentence) => !sentence.startsWith(`${checker}: `)),
    lines.join('\n'),
  ).toEqual([])
  return found
}

/** Production's roll, then something else. */
function afterRoll(deed: (request: PerformerRequest<'roll'>, world: SabotagedWorld) => Promise<unknown>): Sabotage {
  return {
    performers: (performers, world) => ({
      ...performers,
      roll: async (request) => {
        const events = await performers.roll(request)
        await deed(request, world)
        return events
      },
    }),
  }
}

const insteadOf = (changes: (performers: ActingPerformers, world: SabotagedWorld) => Partial<ActingPerformers>): Sabotage => ({
  performers: (performers, world) => ({ ...performers, ...changes(performers, world) }),
})
const rolledAs = (change: (action: PerformerRequest<'roll'>['action']) => PerformerRequest<'roll'>['action']): Sabotage =>
  insteadOf((performers) => ({ roll: (request) => performers.roll({ ...request, action: change(request.action) }) }))
const groupOf = (key: GroupKey) => group(key.stage)
/** As if it had been rolled. */
const onlySaid: ActingPerformers['roll'] = async ({ action: { key, imageId }, token, record }) => {
  await record({
    type: 'roll.intended',
    group: key,
    imageId,
    previous: { templateId: 'lt-0', version: 1, imageId: undefined },
    token,
  })
  return [{ type: 'roll.finished', group: key, refreshId: 'none', replaced: 2 }]
}
const cloudOf = ({ company }: SabotagedWorld) => company.cloudOver((ask) => ask)

describe('nothing is found', { timeout: 60_000 }, () => {
  test('of production as it is', async () => {
    const { found, endings } = await simulate(1, { plan })
    expect({ found, endings }).toEqual({ found: [], endings: ['release.finished'] })
  })
})

describe('is found', { timeout: 60_000 }, () => {
  test('a soak that is cut short', async () => {
    const short = (from: Policy) => ({
      ...from,
      stages: from.stages.map((one) => ({ ...one, soak: aSoakPolicy({ durationMs: minuteMs }) })),
    })
    const policies: Sabotage['policies'] = ({ weekly, emergency }) => ({ weekly: short(weekly), emergency: short(emergency) })
    expect(await foundBy('soaked', { policies })).toEqual([
      expect.stringMatching(/web-2026\.47\.1 runs in prod .* after a soak of \d+ ms of 3600000 in staging/),
    ])
  })

  test('instance-hours that are not waited for', async () => {
    const counted = everyStage((one) => ({ ...one, soak: { ...one.soak, instanceHours: 10 } }))
    const sabotage: Sabotage = { policies: () => plan.policies }
    expect(await foundBy('instance-hours', {}, counted)).toEqual([])
    expect((await foundBy('instance-hours', sabotage, counted))[0]).toMatch(
      /web-2026\.47\.1 has soaked in staging for 2\.\d+ instance-hours of 10/,
    )
  })

  test('a roll while its stage is closed', async () => {
    const windows = [{ days: ['mon', 'tue'] as const, from: '08:00', to: '12:00', timeZone: 'Europe/Berlin' }]
    const freezes = [{ from: '2026-11-23', to: '2026-11-23', timeZone: 'UTC', reason: 'the sale' }]
    const closed = everyStage((one) => ({ ...one, calendar: { overridden: false, windows, freezes } }))
    const sabotage: Sabotage = { policies: () => plan.policies }
    expect(await foundBy('opening hours', {}, closed)).toEqual([])
    expect((await foundBy('opening hours', sabotage, closed))[0]).toMatch(
      /web-2026\.47\.1 begins to roll staging-1 at 2026-11-22T.*, while staging is closed/,
    )
  })

  test.each([
    ['before', 'begins to move staging-1 without its hook silence'],
    ['after', 'ends the roll of staging-1 without its hook speak'],
  ] as const)('a roll without the hook that comes %s it', async (when, sentence) => {
    const hook = (name: string) => ({ kind: 'program', name, argv: ['/acme/hook'], timeoutMs: minuteMs }) as const
    const hooks = { before: [hook('silence')], after: [hook('speak')] }
    const hooked = everyStage((one) => ({ ...one, hooks }))
    const sabotage = rolledAs((action) => ({ ...action, stage: { ...action.stage, hooks: { ...hooks, [when]: [] } } }))
    expect(await foundBy('hooks run', {}, hooked)).toEqual([])
    expect((await foundBy('hooks run', sabotage, hooked))[0]).toContain(sentence)
  })

  test('a group that is rolled to the image of another architecture', async () => {
    const architectureIn = (stage: string) => (stage === 'staging' ? 'arm64' : 'x86_64')
    const weekly = changedTargets((target, stage) => ({ ...target, architecture: architectureIn(stage) }))
    const groups = plan.groups.map((one) => ({ ...one, architecture: architectureIn(one.stage) }) as const)
    const both: Plan = { ...plan, groups, policies: { weekly, emergency: { ...weekly, lane: 'emergency' } } }
    const intelOf = ({ bake }: Release) =>
      bake.state === 'finished' ? bake.result.images.find(({ architecture }) => architecture === 'x86_64')?.imageId : undefined
    // Production's own roll would refuse it.
    const sabotage = insteadOf(() => ({
      roll: (request) => onlySaid({ ...request, action: { ...request.action, imageId: intelOf(request.release) ?? '' } }),
    }))
    expect((await foundBy('one image', sabotage, both))[0]).toMatch(/ami-\w+, which is built for x86_64 and not for arm64/)
  })

  test('another image than the one that soaked', async () => {
    let other = ''
    const sabotage = insteadOf((performers, { company }) => {
      other = company.bakedFrom[0]?.x86_64 ?? ''
      return { roll: (request) => performers.roll({ ...request, action: { ...request.action, imageId: other } }) }
    })
    expect((await foundBy('one image', sabotage))[0]).toContain(`is to roll staging-1 to ${other}`)
  })

  test('a roll that takes more machines than the policy lets it', async () => {
    const greedy = { ...roll, minHealthyPercentage: 0, maxHealthyPercentage: 100 }
    const sabotage = rolledAs((action) => ({ ...action, target: { ...action.target, roll: greedy } }))
    expect((await foundBy('healthy capacity', sabotage))[0]).toContain('staging-1 has 0 healthy machines, fewer than 2')
  })

  test('a second refresh to the same image', async () => {
    const again = insteadOf((performers) => ({
      roll: async (request) => {
        const events = await performers.roll(request)
        await performers.roll({ ...request, token: '2'.repeat(32), record: async () => undefined })
        return events
      },
    }))
    expect((await foundBy('one refresh', again))[0]).toContain('is the second one to ami-')
  })

  test('a way back that nobody undoes', async () => {
    const sabotage = afterRoll(async ({ action }, world) => {
      const at = cloudOf(world).at(placeOf(plan, groupOf(action.key)))
      const found = await at.describeGroups([action.key.group])
      const source = found.ok ? found.value[0]?.launchSource : undefined
      if (source?.kind === 'template')
        await at.startRefresh(
          action.key.group,
          { ...source, version: '1' },
          {
            ...{ ...roll, instanceWarmupSeconds: 0, skipMatching: true, autoRollback: true, bakeTimeSeconds: 0 },
            ...{ protectedInstances: 'Wait', standbyInstances: 'Wait' },
          },
        )
    })
    expect((await foundBy('one refresh', sabotage))[0]).toMatch(/goes back to ami-\w+ from ami-\w+, which nobody undoes/)
  })

  test('capacity that stays raised', async () => {
    const sabotage = afterRoll(async ({ action }, { company }) => {
      const client = new AutoScalingClient(await company.settingsAt(placeOf(plan, groupOf(action.key))))
      await client.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: action.key.group, DesiredCapacity: 3 }))
    })
    expect(await foundBy('restored', sabotage)).toEqual([
      'restored: staging-1 was 2/2/4 and is 2/3/4',
      'restored: prod-1 was 2/2/4 and is 2/3/4',
    ])
  })

  test('an image that is taken away while machines run it', async () => {
    const sabotage = afterRoll(async ({ action, release }, world) => {
      const at = cloudOf(world).at({ ...release.policy.home, region })
      const image = await at.describeImage(action.imageId)
      if (image.ok) await at.discardImage(image.value)
    })
    expect((await foundBy('nothing retired', sabotage))[0]).toMatch(/ami-\w+ is gone, but i-\w+ runs it/)
  })

  test.each(['disabled', 'deregistered'] as const)('an image in use that is %s, by the way images are retired', async (step) => {
    const retention = { keep: 1, deprecateAfterMs: 0, disableAfterMs: 0, deregisterAfterMs: 0, keepFailedMs: 0 }
    const orders = [{ kind: 'retire', fromMs: 4 * hourMs, everyMs: hourMs, times: 1, retention, death: 0 }] as const
    const sabotage: Sabotage = { proposals: (proposals) => proposals.map((one) => ({ ...one, step, why: 'nobody looked' })) }
    const lost = step === 'disabled' ? 'became disabled' : 'is gone'
    expect(await foundBy('nothing retired', {}, { ...plan, orders })).toEqual([])
    expect((await foundBy('nothing retired', sabotage, { ...plan, orders }))[0]).toMatch(
      new RegExp(`ami-\\w+ ${lost}, but i-\\w+ runs it`),
    )
  })

  test('an image that is out of use by the ledger only', async () => {
    const sabotage = afterRoll(async ({ action: { imageId }, clock, release }, { ledger }) => {
      const event = { type: 'image.retired', region, imageId, step: 'disabled' } as const
      const at = new Date(clock.now()).toISOString()
      await ledger.append(ledger.records.at(-1), { at, wallAt: at, runner: 'ada@example', release: release.id, event })
    })
    expect((await foundBy('nothing retired', sabotage))[0]).toMatch(/ami-\w+ is available, the ledger says disabled/)
  })

  test('a revoked image that is disabled while machines run it', async () => {
    const sabotage = afterRoll(async ({ action, release }, world) => {
      const at = cloudOf(world).at({ ...release.policy.home, region })
      await at.disableImage(action.imageId)
    })
    expect((await foundBy('nothing retired', sabotage))[0]).toMatch(/ami-\w+ became disabled, but i-\w+ runs it/)
  })

  test('an outcome without its intent', async () => {
    const sabotage = insteadOf((performers, { ledger }) => ({
      verify: async (request) => {
        const event = { type: 'copy.finished', region: 'eu-west-1', architecture: 'x86_64', imageId: 'ami-0' } as const
        const at = new Date(request.clock.now()).toISOString()
        await ledger.append(ledger.records.at(-1), { at, wallAt: at, runner: 'ada@example', release: request.release.id, event })
        return performers.verify(request)
      },
    }))
    expect((await foundBy('whole ledger', sabotage))[0]).toContain('(copy.finished of web-2026.47.1) was never intended')
  })

  test('a roll that is in the ledger and not in the world', async () => {
    const sabotage = insteadOf(() => ({ roll: onlySaid }))
    expect((await foundBy('replay is the world', sabotage))[0]).toMatch(/staging-1 launches ami-\w+, the ledger says ami-/)
  })

  test.each(['node-group', 'karpenter'] as const)('the same of nodes: %s', async (kind) => {
    const [found] = await foundBy(
      'replay is the world',
      insteadOf(() => ({ roll: onlySaid })),
      ofNodes(kind),
    )
    expect(found).toMatch(/acme\/staging-1 launches ami-\w+, the ledger says ami-/)
  })

  test('a parameter that names the image before it has soaked', async () => {
    const nodes = ofNodes('karpenter')
    const sabotage = afterRoll(async ({ action, release }, world) => {
      const cloud = cloudOf(world)
      const home = cloud.at({ ...release.policy.home, region })
      const image = await home.describeImage(action.imageId)
      if (image.ok) await home.shareImage(image.value, [group('prod').account])
      await cloud.at(placeOf(nodes, group('prod'))).putImageParameter('/acme/prod/image', action.imageId)
    })
    expect(await foundBy('soaked', sabotage, nodes)).toContain(
      'soaked: web-2026.47.1 is to run in prod (/acme/prod/image) without the soak of staging',
    )
  })

  test('a parameter that names an image nobody rolls', async () => {
    const nodes = ofNodes('karpenter')
    const sabotage = afterRoll(async ({ action }, world) => {
      const at = cloudOf(world).at(placeOf(nodes, groupOf(action.key)))
      await at.putImageParameter('/acme/staging/image', world.company.bakedFrom[0]?.x86_64 ?? '')
    })
    expect((await foundBy('parameters', sabotage, nodes))[0]).toMatch(/\/acme\/staging\/image holds ami-\w+, which nobody rolls/)
  })

  test('a parameter that goes back although nobody undoes', async () => {
    const nodes = ofNodes('karpenter')
    const sabotage = afterRoll(async ({ action }, world) => {
      if (action.key.stage !== 'prod') return
      const [first] = world.ledger.records.flatMap(({ event }) => (event.type === 'roll.intended' ? [event] : []))
      const at = cloudOf(world).at(placeOf(nodes, group('staging')))
      await at.putImageParameter('/acme/staging/image', first?.previous.imageId ?? '')
    })
    expect((await foundBy('parameters', sabotage, nodes))[0]).toMatch(
      /\/acme\/staging\/image goes back to ami-\w+ from ami-\w+, which nobody undoes/,
    )
  })

  test('a second update to the same image', async () => {
    const again = insteadOf((performers) => ({
      roll: async (request) => {
        const events = await performers.roll(request)
        await performers.roll({ ...request, token: '2'.repeat(32), record: async () => undefined })
        return events
      },
    }))
    expect((await foundBy('one update', again, ofNodes('node-group')))[0]).toContain('is the second one to ami-')
  })

  test('an update that overrules the budgets of pods', async () => {
    const forced = rolledAs((action) => {
      const nodeGroup = action.target.nodeGroup && { ...action.target.nodeGroup, force: true }
      return { ...action, target: { ...action.target, ...(nodeGroup && { nodeGroup }) } }
    })
    expect((await foundBy('one update', forced, ofNodes('node-group')))[0]).toContain('overrules the budgets of pods')
  })

  test('nodes that are taken while EKS replaces them', async () => {
    const nodes = ofNodes('node-group')
    const sabotage = insteadOf((performers, { company }) => ({
      roll: async (request) => {
        const place = placeOf(nodes, groupOf(request.action.key))
        const shrink = async () => {
          await request.clock.pause(3 * minuteMs)
          const client = new AutoScalingClient(await company.settingsAt(place))
          const [own] = rowsIn(company.state(), `${place.account}/${region}`, 'nodeGroups')
          await client.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: own?.group, DesiredCapacity: 0 }))
        }
        const [events] = await Promise.all([performers.roll(request), shrink()])
        return events
      },
    }))
    expect((await foundBy('healthy capacity', sabotage, nodes))[0]).toMatch(
      /acme\/staging-1 has 0 healthy machines, fewer than 1, since the update took/,
    )
  })

  test('a limit of a node group that stays raised', async () => {
    const nodes = ofNodes('node-group')
    const sabotage = afterRoll(async ({ action }, world) => {
      const at = cloudOf(world).at(placeOf(nodes, groupOf(action.key)))
      const named = { cluster: 'acme', name: `${action.key.stage}-1` }
      await at.limitNodeGroup(named, { maxUnavailable: 2 })
    })
    expect((await foundBy('restored', sabotage, nodes))[0]).toContain('acme/staging-1 is left with the limit')
  })

  test('a renewal that leaves old machines', async () => {
    const weekly = changedTargets((target) => ({ ...target, maxAgeMs: 2 * hourMs }))
    const policies = { weekly, emergency: { ...weekly, lane: 'emergency' } as const }
    const orders = [{ kind: 'renew', fromMs: 6 * hourMs }] as const
    const idle = insteadOf((performers) => ({
      roll: (request) => (request.release.lane === 'renewal' ? onlySaid(request) : performers.roll(request)),
    }))
    const within = { ...plan, policies, orders, calmAfterMs: 8 * hourMs }
    expect((await foundBy('renewed', idle, within))[0]).toMatch(/i-\w+ of staging-1 is older than its renewal web-2026\.47\.2/)
  })

  test('a runner that writes without end while no time passes', async () => {
    const restless = insteadOf(() => ({
      roll: async (request) => {
        const events = await onlySaid(request)
        for (let word = 0; word < 600; word++)
          await request.record({ type: 'roll.watched', group: request.action.key, during: 'roll' })
        return events
      },
    }))
    expect(await foundBy('moves on', restless)).toEqual([
      expect.stringMatching(/^moves on: 500 records at one instant, 2026-.*Z, the last of them roll\.watched$/),
    ])
  })

  test('a release that never ends', async () => {
    const sabotage = insteadOf(() => ({ verify: () => new Promise(() => undefined) }))
    expect(await foundBy('ends', sabotage)).toEqual(['ends: not over long after faults stopped: web-2026.47.1'])
  })

  test('a conductor that crashes', async () => {
    const sabotage = insteadOf(() => ({
      verify: async () => {
        throw new Error('no such thing')
      },
    }))
    expect((await foundBy('no crash', sabotage))[0]).toContain('ada@example: Error: no such thing')
  })
})
