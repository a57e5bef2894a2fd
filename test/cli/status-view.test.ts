// Twenty groups of one company, as `drover status` shows them.

import { describe, expect, test } from 'vitest'
import { statusLines } from '../../pipeline/cli/status-view.ts'
import { statusOf } from '../../pipeline/conductor/index.ts'
import { groupsOf, keyOf, type LedgerEvent, ordersSubject, type ReleaseEvent } from '../../pipeline/release/index.ts'
import { anOpening, aPolicy, aStage, aTarget, hourMs, proven, recordsOf, testStart } from '../support/factories.ts'

const families = ['web', 'api', 'search', 'mail', 'pay']

function policyOf(family: string) {
  const prod = [
    { name: 'disaster-recovery', groups: [aTarget(`eu-west-1/${family}`)] },
    { name: 'main', groups: [aTarget(`eu-central-1/${family}`)] },
  ]
  const first = [{ name: 'all', groups: [aTarget(`eu-central-1/${family}`)] }]
  const stages = [aStage('dev', { waves: first }), aStage('staging', { waves: first })]
  return aPolicy({ stages: [...stages, aStage('prod', { approval: 'required', waves: prod })] })
}

/** Through all its stages, or as far as the stages named. */
function released(
  family: string,
  week: number,
  stages: readonly string[],
  over: readonly ReleaseEvent[] = [],
  policy = policyOf(family),
): readonly LedgerEvent[] {
  const id = `${family}-2026.${week}.1`
  const imageId = `ami-${week}${family}`
  const rolls = policy.stages.flatMap((stage) => {
    if (!stages.includes(stage.name)) return []
    const approved = { type: 'approval.granted', stage: stage.name, by: 'ben via acme/images run 7', reason: 'seen' } as const
    const moved = groupsOf(stage).flatMap((target): readonly ReleaseEvent[] => [
      {
        type: 'roll.intended',
        group: keyOf(stage, target),
        imageId,
        previous: { templateId: 'lt', version: 1, imageId: 'ami-0' },
        token: 't',
      },
      { type: 'roll.finished', group: keyOf(stage, target), refreshId: 'r', replaced: 3 },
    ])
    return [...(stage.approval === 'required' ? [approved] : []), ...moved]
  })
  const shares = policy.stages.flatMap(({ account }): readonly ReleaseEvent[] => [
    { type: 'share.finished', region: 'eu-central-1', account, imageId },
    { type: 'share.finished', region: 'eu-west-1', account, imageId: `${imageId}west` },
  ])
  const image = { architecture: 'x86_64', imageId, name: id, region: 'eu-central-1' } as const
  const events: readonly ReleaseEvent[] = [
    anOpening({ family, policy }),
    ...proven([image]),
    { type: 'copy.intended', region: 'eu-west-1', architecture: 'x86_64', token: 't' },
    { type: 'copy.finished', region: 'eu-west-1', architecture: 'x86_64', imageId: `${imageId}west` },
    ...shares,
    ...rolls,
    ...over,
  ]
  return recordsOf(events, { release: id, startAt: testStart + (week - 47) * 7 * 24 * hourMs })
}

const finished: ReleaseEvent = { type: 'release.finished', openToProductionMs: hourMs, openToProductionWallMs: hourMs }
const everywhere = ['dev', 'staging', 'prod']
const now = testStart + 8 * 24 * hourMs

const held: LedgerEvent = {
  ...(recordsOf([anOpening()])[0] as LedgerEvent),
  release: ordersSubject,
  event: { type: 'hold.placed', scope: { stage: 'prod', family: 'pay' }, by: 'cleo@acme', reason: 'the sale is on' },
}

const ledger = [
  ...[43, 44, 45, 46].flatMap((week) => released('web', week, everywhere, [finished])),
  ...families.flatMap((family) => released(family, 47, everywhere, [finished])),
  ...released(
    'web',
    48,
    ['dev', 'staging'],
    [
      { type: 'soak.started', stage: 'dev', until: new Date(now - hourMs).toISOString() },
      { type: 'soak.finished', stage: 'dev' },
      { type: 'soak.started', stage: 'staging', until: new Date(now - hourMs).toISOString() },
      { type: 'soak.finished', stage: 'staging' },
      { type: 'approval.requested', stage: 'prod' },
    ],
  ),
  ...released('api', 48, ['dev'], [{ type: 'soak.started', stage: 'dev', until: new Date(now + hourMs).toISOString() }]),
  held,
]

function lines(all = false, ageLimits: ReadonlyMap<string, number> = new Map()): string {
  const status = statusOf(ledger, { runner: 'ada@example', wallNow: now }, now)
  return `${statusLines(status, { drills: [], drillEveryMs: hourMs, ageLimits, now, all }).join('\n')}\n`
}

describe('drover status', () => {
  test('of twenty groups', async () => {
    expect(statusOf(ledger, { runner: 'ada@example', wallNow: now }, now).groups).toHaveLength(20)
    await expect(lines()).toMatchFileSnapshot('golden/status.twenty-groups.txt')
  })

  test('says how old machines may be at most, where that is limited', () => {
    const limits = new Map([['eu-west-1/mail in prod', 7 * 24 * hourMs]])
    const table = lines(false, limits).split('\n')
    expect(table.find((line) => line.startsWith('GROUP'))).toMatch(/APPROVED BY +MACHINES$/)
    expect(table.find((line) => line.startsWith('eu-west-1/mail in prod'))).toMatch(/run 7 +up to 7d of 7d$/)
    expect(table.find((line) => line.startsWith('eu-central-1/mail in prod'))).toMatch(/run 7$/)
  })

  test('names a group that was to leave its launch configuration, until it has', () => {
    const group = { stage: 'prod', region: 'eu-west-1', group: 'mail' }
    const order = { group, from: 'mail-lc', by: 'cleo@acme', reason: 'they have no versions' }
    const ordered: LedgerEvent = { ...held, event: { type: 'group.migration-ordered', ...order } }
    const template = { templateId: 'lt-1', version: 1, imageId: 'ami-1' }
    const migrated: LedgerEvent = { ...held, event: { type: 'group.migrated', ...order, template } }
    const told = (events: readonly LedgerEvent[]) =>
      statusLines(statusOf(events, { runner: 'ada@example', wallNow: now }, now), {
        drills: [],
        drillEveryMs: hourMs,
        ageLimits: new Map(),
        now,
        all: false,
      }).filter((line) => line.startsWith('not migrated'))
    expect(told([ordered])).toEqual([
      'not migrated: eu-west-1/mail in prod was to leave its launch configuration, since 2026-11-22T06:00 by cleo@acme: they have no versions; drover migrate eu-west-1/mail --stage prod --apply goes on',
    ])
    expect(told([ordered, migrated])).toEqual([])
  })

  test('says of nodes of Karpenter that the release is for new ones only', () => {
    const nodes = aTarget('eu-central-1/acme', { name: 'acme/default', karpenter: { cluster: 'acme', nodeClass: 'default' } })
    const policy = aPolicy({
      stages: [aStage('prod', { waves: [{ name: 'all', groups: [nodes, aTarget('eu-central-1/web')] }] })],
    })
    const events = released('web', 47, ['prod'], [finished], policy)
    const around = { drills: [], drillEveryMs: hourMs, ageLimits: new Map(), now, all: false }
    const table = statusLines(statusOf(events, { runner: 'ada@example', wallNow: now }, now), around)
    const lineOf = (group: string) => table.find((line) => line.startsWith(`eu-central-1/${group} in prod`))
    expect(lineOf('acme/default')).toMatch(/web-2026\.47\.1 .* new nodes only, Karpenter replaces the others: drover fleet$/)
    expect(lineOf('web')).not.toContain('Karpenter')
  })

  test('leaves out what has long been over, unless it is asked for', () => {
    expect(lines()).toContain('and 2 more that are over: drover status --all')
    expect(lines()).not.toContain('web-2026.43.1')
    expect(lines(true)).toContain('web-2026.43.1')
  })
})
