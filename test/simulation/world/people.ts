// What people do in a plan: they open releases, and answer when they are asked for an approval.

import { answerApproval, openRelease } from '../../../pipeline/conductor/index.ts'
import type { Config } from '../../../pipeline/config/index.ts'
import { ProblemError } from '../../../pipeline/kernel/index.ts'
import type { LedgerEvent, PinnedBase } from '../../../pipeline/release/index.ts'
import { aConfig, aFamily } from '../../support/config.ts'
import { aBase, aConfigOrigin, minuteMs } from '../../support/factories.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import { between } from '../plan/draw.ts'
import { architecturesOf, type Plan } from '../plan/plan.ts'

export interface PeopleOptions {
  readonly plan: Plan
  readonly clock: VirtualClock
  readonly ledger: MemoryLedger
  readonly random: SeededRandom
  readonly note: (line: string) => void
}

/** Of a context that only orders are given in. */
export const silent = {
  evidenceDirectoryOf: () => '/evidence',
  notifier: { send: () => undefined, settle: async () => undefined },
  onProgress: () => undefined,
  signal: new AbortController().signal,
  witnessHead: async () => undefined,
}

const aNodeBase: PinnedBase = {
  ...aBase,
  node: {
    kubernetes: '1.33',
    parameter: '/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id',
    releaseVersion: '1.33.5-20251112',
    distribution: 'base',
  },
}

function hasNodes({ groups }: Plan): boolean {
  return groups.some(({ kind }) => kind !== undefined)
}

/** What the company has written of its family. */
export function configOf(plan: Plan): Config {
  const { role } = plan.policies.weekly.home
  const whole = aConfig({ families: [aFamily({ kind: hasNodes(plan) ? 'eks-node' : 'debian', policies: plan.policies })] })
  return { ...whole, images: { ...whole.images, ...(role !== undefined && { role }) } }
}

/** Opens the plan's releases, each when it is time; an open weekly release is taken up rather than opened again. */
export async function openReleases({ plan, clock, ledger, note }: PeopleOptions): Promise<void> {
  const beginsAt = clock.now()
  const isOfNodes = hasNodes(plan)
  const config = configOf(plan)
  const context = { ledger, clock, runner: 'olga@example', ...silent }
  for (const { lane, afterMs, fixes } of plan.releases) {
    await clock.idleUntil(beginsAt + afterMs)
    const reason = lane === 'emergency' ? 'a hole is being used' : undefined
    const wish = { family: 'web', lane, reason, fixes, config, origin: aConfigOrigin, rehearsal: false }
    const bases = architecturesOf(plan).map((architecture) => ({ ...(isOfNodes ? aNodeBase : aBase), architecture }))
    const asked = { resolveBases: async () => bases, needKeys: async () => undefined }
    const { release, resumed } = await openRelease(context, { ...wish, ...asked })
    note(`olga ${resumed ? 'found' : 'opened'} ${release.id} (${lane})`)
  }
}

/** Answers some minutes later, one way or the other. */
export async function answer({ plan, clock, ledger, random, note }: PeopleOptions, asked: LedgerEvent): Promise<void> {
  if (asked.event.type !== 'approval.requested') return
  const { stage } = asked.event
  const granted = !random.chance(plan.denial)
  await clock.pause(between(random, 1, 20) * minuteMs)
  const by = 'paul@example'
  const context = { ledger, clock, runner: by, ...silent }
  try {
    await answerApproval(context, { releaseId: asked.release, stage, granted, by, reason: 'looked at it' })
    note(`paul ${granted ? 'granted' : 'denied'} ${stage} to ${asked.release}`)
  } catch (error) {
    // The release was over by then: an emergency has superseded it.
    if (!(error instanceof ProblemError)) throw error
    note(`paul was too late: ${error.message}`)
  }
}
