// Whole, valid values to start a test from; each takes what the test is about and fills in the rest.

import type {
  BakedImage,
  ConfigOrigin,
  EvidenceFile,
  GroupKey,
  GroupTarget,
  LedgerEvent,
  PinnedBase,
  Policy,
  Release,
  ReleaseEvent,
  RollPolicy,
  ScanCounts,
  SoakPolicy,
  StagePolicy,
} from '../../pipeline/release/index.ts'
import { factsFor, historyOf, replay } from '../../pipeline/release/index.ts'

export const hourMs = 3_600_000
export const minuteMs = 60_000

/** Sunday of ISO week 47 of 2026, 06:00 UTC. */
export const testStart = Date.UTC(2026, 10, 22, 6)

/** What one release alone in an empty ledger is decided by. */
export const someFacts = factsFor('', historyOf([]), { runner: 'ada@example', wallNow: testStart })

export function aRollPolicy(over: Partial<RollPolicy> = {}): RollPolicy {
  return {
    minHealthyPercentage: 100,
    maxHealthyPercentage: 200,
    instanceWarmupMs: 2 * minuteMs,
    checkpointPercentages: [],
    checkpointDelayMs: 0,
    deadlineMs: 2 * hourMs,
    alarms: [],
    ...over,
  }
}

/** `eu-central-1/web` as a target. */
export function aTarget(regionAndName: string, over: Partial<GroupTarget> = {}): GroupTarget {
  const [region, name] = regionAndName.split('/') as [string, string]
  return { name, region, roll: aRollPolicy(), ...over }
}

export function aSoakPolicy(over: Partial<SoakPolicy> = {}): SoakPolicy {
  return { durationMs: hourMs, tests: [], testEveryMs: 0, alarms: [], ...over }
}

export function aStage(name: string, over: Partial<StagePolicy> = {}): StagePolicy {
  return {
    name,
    account: accountOf(name),
    role: `arn:aws:iam::${accountOf(name)}:role/drover-promote`,
    approval: 'none',
    soak: aSoakPolicy(),
    waves: [{ name: 'all', groups: [aTarget('eu-central-1/web')] }],
    ...over,
  }
}

function accountOf(stage: string): string {
  return { dev: '222222222222', staging: '333333333333', prod: '444444444444' }[stage] ?? '555555555555'
}

/** Two tests that a soak may have. */
export const httpTest = {
  kind: 'http',
  name: 'home page',
  port: 80,
  path: '/',
  expectStatus: 200,
  timeoutMs: 5_000,
} as const
export const machineTest = {
  kind: 'machine',
  name: 'no failed units',
  script: 'systemctl is-system-running --wait',
  timeoutMs: minuteMs,
} as const

/** Three stages; production in two regions and three waves, the disaster-recovery region first. */
export function aPolicy(over: Partial<Policy> = {}): Policy {
  const soak = aSoakPolicy({ durationMs: 4 * hourMs, tests: [httpTest, machineTest] })
  return {
    lane: 'weekly',
    home: { account: '111111111111', region: 'eu-central-1', role: 'arn:aws:iam::111111111111:role/drover-images' },
    kmsKeyIds: { 'eu-central-1': 'alias/drover', 'eu-west-1': 'alias/drover' },
    stages: [
      aStage('dev', { soak }),
      aStage('staging', { soak: { ...soak, durationMs: 20 * hourMs } }),
      aStage('prod', {
        soak: { ...soak, durationMs: hourMs, alarms: ['web-5xx'] },
        waves: [
          { name: 'canary', groups: [aTarget('eu-west-1/web-canary')] },
          { name: 'disaster-recovery', groups: [aTarget('eu-west-1/web')] },
          { name: 'main', groups: [aTarget('eu-central-1/web')] },
        ],
      }),
    ],
    ...over,
  }
}

export const aConfigOrigin: ConfigOrigin = {
  commit: '4c9f3a1d2e5b6c7d8e9f0a1b2c3d4e5f60718293',
  author: 'Ada Example <ada@acme.example>',
  reviewers: ['Ben Example <ben@acme.example>'],
  dirty: false,
  digest: 'a'.repeat(64),
}

export const aBase: PinnedBase = {
  architecture: 'x86_64',
  imageId: 'ami-0ba5e0ba5e0ba5e00',
  name: 'debian-13-amd64-20261115-2298',
  ownerAccount: '136693071363',
  createdAt: '2026-11-15T00:00:00.000Z',
}

export function scanCounts(over: Partial<ScanCounts> = {}): ScanCounts {
  return {
    passed: 300,
    fixed: 0,
    failed: 0,
    error: 0,
    unknown: 0,
    waived: 4,
    disputed: 0,
    notJudged: 60,
    notApplicable: 20,
    notChecked: 0,
    deselected: 2,
    informational: 0,
    ...over,
  }
}

export function anOpening(
  over: Partial<Extract<ReleaseEvent, { type: 'release.opened' }>> = {},
): Extract<ReleaseEvent, { type: 'release.opened' }> {
  return {
    type: 'release.opened',
    family: 'web',
    lane: 'weekly',
    reason: undefined,
    openedBy: 'ada@example',
    rehearsal: false,
    config: aConfigOrigin,
    policy: aPolicy(),
    bases: [aBase],
    ...over,
  }
}

/** What an undo goes back to. */
export const aReturnTarget: NonNullable<Release['returnsTo']> = {
  release: 'web-2026.46.1',
  images: [{ architecture: 'x86_64', imageId: 'ami-1', name: 'web', region: 'eu-central-1' }],
  copies: [],
  before: scanCounts(),
  after: scanCounts(),
  counts: scanCounts(),
  lost: ['CVE-2026-12345 (web-2026.47.1)'],
}

export const testReleaseId = 'web-2026.47.1'

/** Ledger records a minute apart; their hashes name their place and chain nothing. */
export function recordsOf(
  events: readonly ReleaseEvent[],
  { release = testReleaseId, runner = 'ada@example', startAt = testStart, everyMs = minuteMs, firstSequence = 1 } = {},
): readonly LedgerEvent[] {
  return events.map((event, index) => {
    const at = new Date(startAt + index * everyMs).toISOString()
    const sequence = firstSequence + index
    return { sequence, at, wallAt: at, runner, release, event, previousHash: `hash-${sequence - 1}`, hash: `hash-${sequence}` }
  })
}

/** The release that an opening and these further events make. */
export function aRelease(
  events: readonly ReleaseEvent[] = [],
  { opening = anOpening(), ...rest }: Parameters<typeof recordsOf>[1] & { opening?: ReturnType<typeof anOpening> } = {},
): Release {
  return replay(recordsOf([opening, ...events], rest))
}

type VerifyFinished = Extract<ReleaseEvent, { type: 'verify.finished' }>

export function bakedImage(imageId: string, over: Partial<BakedImage> = {}): BakedImage {
  return { architecture: 'x86_64', imageId, name: 'web', region: 'eu-central-1', ...over }
}

/** The chain's first events, of images that passed; `verified` goes on top of a plain pass, `evidence` is the bake's. */
export function proven(
  images: readonly BakedImage[],
  verified: Partial<VerifyFinished> = {},
  evidence: readonly EvidenceFile[] = [],
): readonly ReleaseEvent[] {
  const token = 'f'.repeat(32)
  return [
    { type: 'bake.intended', token },
    { type: 'bake.finished', images, before: scanCounts(), after: scanCounts(), evidence },
    { type: 'verify.intended', token },
    { type: 'verify.finished', verdict: 'pass', reasons: [], counts: scanCounts(), evidence: [], ...verified },
  ]
}

/** A group's roll onto an image, from that other one. */
export function rolled(group: GroupKey, imageId: string, from = 'ami-0'): readonly ReleaseEvent[] {
  return [
    { type: 'roll.intended', group, imageId, previous: { templateId: 'lt', version: 1, imageId: from }, token: 't' },
    { type: 'roll.finished', group, refreshId: 'r', replaced: 2 },
  ]
}

/** A release whose verification has finished, with that outcome on top of a plain pass. */
export function aVerifiedRelease(id: string, over: Partial<VerifyFinished> & Pick<VerifyFinished, 'evidence'>): Release {
  return aRelease(proven([], over), { release: id })
}
