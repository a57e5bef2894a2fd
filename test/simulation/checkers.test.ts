// Every checker finds what it is there for: something is put wrong in production's place, and it is told.

import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import type { ActingPerformers } from '../../pipeline/conductor/index.ts'
import type { GroupKey, PerformerRequest, Policy } from '../../pipeline/release/index.ts'
import { aPolicy, aRollPolicy, aSoakPolicy, aStage, aTarget, hourMs, minuteMs } from '../support/factories.ts'
import { checkers } from './checkers/index.ts'
import { faultless } from './faults.ts'
import type { Plan } from './plan/plan.ts'
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
  seed: 1,
  policies: { weekly: policy, emergency: { ...policy, lane: 'emergency' } },
  groups: [group('staging'), group('prod')],
  releases: [{ lane: 'weekly', afterMs: 0, image: 'sound', fixes: [] }],
  runners: { count: 1, watch: true, everyMs: minuteMs, keepName: true },
  wire: faultless,
  death: 0,
  denial: 0,
  weather: [],
  orders: [],
  calmAfterMs: hourMs,
}

/** What only that checker finds. */
async function foundBy(checker: keyof typeof checkers | 'ends' | 'no crash', sabotage: Sabotage): Promise<readonly string[]> {
  const only = checker in checkers ? { [checker]: checkers[checker as keyof typeof checkers] } : {}
  const { found, lines } = await simulate(1, { plan, sabotage, checkers: only })
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

  test('another image than the one that soaked', async () => {
    let other = ''
    const sabotage = insteadOf((performers, { company }) => {
      other = company.bakedFrom[0] ?? ''
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
    const sabotage = insteadOf(() => ({
      roll: async ({ action: { key, imageId }, token, record }) => {
        await record({
          type: 'roll.intended',
          group: key,
          imageId,
          previous: { templateId: 'lt-0', version: 1, imageId: undefined },
          token,
        })
        return [{ type: 'roll.finished', group: key, refreshId: 'none', replaced: 2 }]
      },
    }))
    expect((await foundBy('replay is the world', sabotage))[0]).toMatch(/staging-1 launches ami-\w+, the ledger says ami-/)
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
