import { describe, expect, test } from 'vitest'
import { messageOf } from '../../pipeline/notify/index.ts'
import { renderText } from '../../pipeline/notify/render-text.ts'
import type { GroupKey, ReleaseEvent } from '../../pipeline/release/index.ts'
import { anOpening, aPolicy, aReturnTarget, recordsOf, scanCounts } from '../support/factories.ts'

const token = 'f'.repeat(32)
const places = { ledger: 's3://acme-drover-ledger/ledger', evidence: '.drover/evidence/web-2026.47.1' }
const canary: GroupKey = { stage: 'prod', region: 'eu-west-1', group: 'web-canary' }
const dev: GroupKey = { stage: 'dev', region: 'eu-central-1', group: 'web' }

const baked: readonly ReleaseEvent[] = [
  { type: 'bake.intended', token },
  { type: 'bake.finished', images: [], before: scanCounts(), after: scanCounts(), evidence: [] },
  { type: 'verify.intended', token },
]

const refusal = 'SSH lets root in (sshd_disable_root_login)'
const refused: ReleaseEvent = {
  type: 'verify.finished',
  verdict: 'refuse',
  reasons: [refusal, '3 more'],
  counts: scanCounts(),
  evidence: [],
}
const copyFailed: readonly ReleaseEvent[] = [
  { type: 'copy.intended', region: 'eu-west-1', architecture: 'x86_64', token },
  { type: 'copy.failed', region: 'eu-west-1', architecture: 'x86_64', cause: 'the key alias/drover is disabled' },
]
const shareFailed: ReleaseEvent = {
  type: 'share.failed',
  region: 'eu-west-1',
  account: '444444444444',
  imageId: 'ami-1',
  cause: 'ModifyImageAttribute was denied',
}

function rolled(group: GroupKey): readonly ReleaseEvent[] {
  const previous = { templateId: 'lt-1', version: 3, imageId: 'ami-0' }
  return [
    { type: 'roll.intended', group, imageId: 'ami-1', previous, token },
    { type: 'roll.started', group, template: { templateId: 'lt-1', version: 4 }, refreshId: 'r-1' },
    { type: 'roll.finished', group, refreshId: 'r-1', replaced: 3 },
  ]
}

function rolling(group: GroupKey): readonly ReleaseEvent[] {
  return rolled(group).slice(0, 2)
}

const soaking: readonly ReleaseEvent[] = [
  ...rolled(dev),
  { type: 'soak.started', stage: 'dev', until: '2026-11-22T10:00:00.000Z' },
]

function tested(name: string, detail: string): ReleaseEvent {
  return { type: 'test.finished', stage: 'dev', round: 'during', test: name, ok: detail === '', detail }
}

const failedSoak = [...soaking, tested('home page', 'answered 503 instead of 200')]
const undoing: ReleaseEvent = { type: 'undo.intended', group: dev, token }
const undone: ReleaseEvent = { type: 'undo.finished', group: dev, refreshId: 'r-2' }
const undoFailed: ReleaseEvent = { type: 'undo.failed', group: dev, cause: 'the launch template is gone' }
const ended: ReleaseEvent = {
  type: 'release.refused',
  reasons: ['the test "home page" failed in dev: answered 503 instead of 200'],
}
const emergency = anOpening({
  lane: 'emergency',
  reason: 'CVE-2026-12345 in OpenSSH',
  fixes: ['CVE-2026-12345', 'openssh-server>=1:10.0p1-7'],
  policy: aPolicy({ lane: 'emergency' }),
})
const exposed: ReleaseEvent = {
  type: 'fleet.checked',
  exposed: [{ group: canary, instance: 'i-0123456789abcdef0', imageId: 'ami-0' }],
  unasked: ['eu-central-1/web in prod did not answer: AccessDenied'],
  reverted: [{ group: dev, imageId: 'ami-0', version: '3' }],
}

const { lost: _, ...built } = aReturnTarget
const aged = { group: canary, oldestLaunchAt: '2026-11-13T06:00:00.000Z', maxAgeMs: 7 * 24 * 3_600_000 }
const renewal = anOpening({
  lane: 'renewal',
  reason: 'older than it may be',
  policy: aPolicy({ lane: 'renewal' }),
  renews: { ...built, groups: [aged] },
})

const undo = anOpening({ lane: 'undo', reason: 'checkout fails', returnsTo: aReturnTarget })

/** What happened, in order; the message is about the last. */
const noRoom: ReleaseEvent = { type: 'roll.awaits-room', group: canary, cause: 'the quota is used up' }

const occasions: Readonly<Record<string, readonly ReleaseEvent[]>> = {
  'emergency-opened': [emergency],
  'bake-failed': [
    anOpening(),
    { type: 'bake.intended', token },
    { type: 'bake.failed', cause: 'Packer: the build machine was not reached' },
  ],
  'verify-refused': [anOpening(), ...baked, refused],
  'verify-failed': [emergency, ...baked, { type: 'verify.failed', cause: 'no test machine came up' }],
  'copy-failed-once': [anOpening(), ...copyFailed],
  'copy-failed-three-times': [anOpening(), ...copyFailed, ...copyFailed, ...copyFailed],
  'share-failed-three-times': [anOpening(), shareFailed, shareFailed, shareFailed],
  'share-without-tags': [
    anOpening(),
    {
      type: 'share.finished',
      region: 'eu-west-1',
      account: '444444444444',
      imageId: 'ami-1',
      untagged: 'CreateTags was denied',
    },
  ],
  'share-failed-for-good': [anOpening(), ...Array.from({ length: 250 }, () => shareFailed)],
  'approval-asked': [anOpening(), { type: 'approval.requested', stage: 'prod' }],
  'roll-refused': [
    anOpening(),
    { type: 'roll.refused', group: canary, cause: 'its template is $Latest', hint: 'Name a version' },
  ],
  'roll-undone': [
    anOpening(),
    ...rolled(dev),
    ...rolling(canary),
    { type: 'roll.failed', group: canary, cause: 'no machine came up', undone: true },
  ],
  'roll-failed': [anOpening(), ...rolling(canary), { type: 'roll.failed', group: canary, cause: 'access denied', undone: false }],
  'test-failed': [anOpening(), ...failedSoak],
  'second-test-failed': [anOpening(), ...failedSoak, tested('no failed units', 'nginx.service')],
  'alarm-failed': [anOpening(), ...soaking, tested('alarms', 'the alarm web-5xx is ALARM: 12 > 1 (eu-central-1)')],
  'undo-finished': [anOpening(), ...failedSoak, undoing, undone],
  'undo-failed': [anOpening(), ...failedSoak, undoing, undoFailed],
  'refused-after-undo': [anOpening(), ...failedSoak, undoing, undone, ended],
  'failed-without-undo': [anOpening(), { type: 'release.failed', cause: 'the bake failed: no space left' }],
  'refused-by-a-person': [
    anOpening(),
    { type: 'approval.requested', stage: 'prod' },
    { type: 'approval.denied', stage: 'prod', by: 'ben@example', reason: 'trade fair' },
    { type: 'release.refused', reasons: ['ben@example denied the approval of prod: trade fair'] },
  ],
  superseded: [anOpening(), { type: 'release.superseded', by: 'web-2026.47.2' }],
  'fleet-exposed': [emergency, exposed],
  'templates-put-back': [
    anOpening(),
    { type: 'fleet.checked', exposed: [], unasked: [], reverted: [{ group: dev, imageId: 'ami-0', version: '3' }] },
  ],
  'hour-missed': [
    emergency,
    {
      type: 'projection.late',
      step: 'approval of prod',
      projected: '2026-11-22T07:12:00.000Z',
      due: '2026-11-22T07:00:00.000Z',
      lever: { limit: 'the soak in staging (10m)', buysMs: 600_000 },
    },
  ],
  'undo-opened': [undo],
  'still-taken-back': [
    undo,
    { type: 'release.finished', openToProductionMs: 600_000, openToProductionWallMs: 600_000 },
    { type: 'reminder.given', groups: [canary, dev] },
  ],
  'taken-back': [undo, { type: 'release.finished', openToProductionMs: 600_000, openToProductionWallMs: 600_000 }],
  'renewal-opened': [renewal],
  'renewal-refused': [
    renewal,
    { type: 'roll.refused', group: canary, cause: 'a refresh is already running', hint: 'Wait for it' },
  ],
  'renewal-failed': [
    renewal,
    ...rolling(canary),
    { type: 'roll.failed', group: canary, cause: 'no machine came up', undone: false },
  ],
  renewed: [renewal, { type: 'release.finished', openToProductionMs: 2_400_000, openToProductionWallMs: 2_400_000 }],
  'awaits-hand': [anOpening(), { type: 'roll.awaits-hand', group: canary }],
  'tags-unread': [anOpening(), { type: 'placing.failed', stage: 'prod', cause: 'AccessDenied' }],
  'awaits-room': [undo, noRoom],
  'hook-failed': [
    anOpening(),
    ...rolled(canary),
    { type: 'hook.finished', group: canary, during: 'roll', when: 'after', hook: 'unsilence', ok: false, detail: 'answered 503' },
  ],
  finished: [anOpening(), { type: 'release.finished', openToProductionMs: 90_000_000, openToProductionWallMs: 90_000_000 }],
}

describe('what people are told', () => {
  test.each(Object.keys(occasions))('%s', async (name) => {
    const message = messageOf(recordsOf(occasions[name] ?? []), places)
    if (!message) throw new Error('nobody was told')
    const { level, key, stage = '-', group = '-' } = message
    const told = `level ${level}, key ${key}, stage ${stage}, group ${group}\n\n${renderText(message)}\n`
    await expect(told).toMatchFileSnapshot(`golden/message/${name}.txt`)
  })
})

describe('nobody is told', () => {
  test.each<[string, readonly ReleaseEvent[]]>([
    ['that a weekly release was opened', [anOpening()]],
    ['of what was begun', [anOpening(), { type: 'bake.intended', token }]],
    ['of a pass', [anOpening(), ...baked, { ...refused, verdict: 'pass', reasons: [] } as ReleaseEvent]],
    ['of a test that passed', [anOpening(), ...soaking, tested('home page', '')]],
    ['of a whole fleet', [emergency, { type: 'fleet.checked', exposed: [], unasked: [] }]],
    ['that a weekly release could not ask', [anOpening(), { type: 'fleet.checked', exposed: [], unasked: ['denied'] }]],
    ['twice of the same machines', [emergency, exposed, exposed]],
    ['twice that there is no room', [undo, noRoom, noRoom]],
  ])('%s', (_, events) => expect(messageOf(recordsOf(events), places)).toBeUndefined())
})

test('a machine that was not told of yet is told of', () => {
  const more = { ...exposed, exposed: [{ group: dev, instance: 'i-0fedcba9876543210', imageId: 'ami-0' }] }
  expect(messageOf(recordsOf([emergency, exposed, more as ReleaseEvent]), places)?.meaning).toContain('i-0fedcba9876543210')
})

test('what a superseded release fails at needs nobody', () => {
  const events: readonly ReleaseEvent[] = [
    anOpening(),
    { type: 'bake.intended', token },
    { type: 'release.superseded', by: 'web-2026.47.2' },
    { type: 'bake.failed', cause: 'interrupted' },
  ]
  expect(messageOf(recordsOf(events), places)).toMatchObject({ level: 'info', action: '' })
})

test('what machines say is one line of bounded length, without what a terminal or a reader would take for something else', () => {
  const cause = `\u001b[31mred\u001b[0m\nline two \u202egnp.exe\u2069 \ud800 \u200b${'x'.repeat(5_000)}`
  const message = messageOf(recordsOf([anOpening(), { type: 'bake.intended', token }, { type: 'bake.failed', cause }]), places)
  expect(message?.meaning).toMatch(/Cause: red line two gnp\.exe \ufffd x+…$/)
  expect([...(message?.meaning ?? '')]).toHaveLength(1_000)
})
