// What people order in a plan beside releases: that nothing new begins somewhere for a while, that groups go back,
// that a release is bad, that images are taken out of use.

import { renew } from '../../../pipeline/cli/renewals.ts'
import { type ActingPerformers, liftHold, openUndo, placeHold } from '../../../pipeline/conductor/index.ts'
import { ProblemError } from '../../../pipeline/kernel/index.ts'
import type { Cloud } from '../../../pipeline/ports/index.ts'
import { historyOf, releasesOf } from '../../../pipeline/release/index.ts'
import { keepsEverything } from '../../support/conductor-context.ts'
import { aConfigOrigin, minuteMs } from '../../support/factories.ts'
import { createMemoryFiles } from '../../support/memory-files.ts'
import type { PlannedOrder } from '../plan/plan.ts'
import { type PeopleOptions, silent } from './people.ts'
import { type Retiring, retireImages, revokeWhole } from './retiring.ts'

const family = 'web'
const by = 'rita@example'
const renewalTries = 12

export interface Ordering extends PeopleOptions {
  /** What they look at machines through. */
  readonly cloud: Cloud
  /** Nobody who orders something performs it. */
  readonly performers: ActingPerformers
  readonly meddle?: Retiring['meddle']
}

/** Each when it is time; one that cannot be given then is told of and left. */
export async function giveOrders(people: Ordering): Promise<void> {
  const beginsAt = people.clock.now()
  await Promise.all(people.plan.orders.map((order) => give(people, order, beginsAt)))
}

async function give(people: Ordering, order: PlannedOrder, beginsAt: number): Promise<void> {
  const { clock, ledger, note } = people
  const context = { ledger, clock, runner: by, ...silent }
  await clock.idleUntil(beginsAt + order.fromMs)
  switch (order.kind) {
    case 'hold': {
      const held = { scope: { family, ...(order.stage && { stage: order.stage }) }, by, reason: 'the sale is on' }
      if (!(await given(note, 'hold', () => placeHold(context, held)))) return
      await clock.idleUntil(beginsAt + order.untilMs)
      await given(note, 'resume', () => liftHold(context, held))
      return
    }
    case 'undo': {
      const scope = { family, ...(order.stage && { stage: order.stage }) }
      await given(note, 'undo', () => openUndo(context, { scope, to: undefined, reason: 'it is slow', rehearsal: false }))
      return
    }
    case 'renew':
      return renewOld(people)
    case 'revoke': {
      const releaseId = releasesOf(ledger.records).filter(({ lane }) => lane === 'weekly' || lane === 'emergency')[order.release]
        ?.id
      if (releaseId === undefined) return
      return revokeWhole(retiringOf(people), releaseId)
    }
    case 'retire':
      return retireImages(retiringOf(people), order)
  }
}

function retiringOf({ plan, random, clock, ledger, note, cloud, performers, meddle }: Ordering): Retiring {
  const evidence = { store: keepsEverything, files: createMemoryFiles() }
  const signal = new AbortController().signal
  const context = { ledger, clock, runner: by, ...silent, performers, evidence, signal }
  return { plan, random, context, cloud, note, ...(meddle && { meddle }) }
}

/** As `drover advance` does it every hour: nothing is renewed while anything is open, or before it is too old. */
async function renewOld({ plan, clock, ledger, note, cloud }: Ordering): Promise<void> {
  const wired = {
    context: { ledger, clock, runner: by, ...silent },
    cloud,
    rehearsal: false,
    needWholeLedger: async () => undefined,
    readOrigin: async () => ({ origin: aConfigOrigin, problem: undefined }),
  }
  for (let tries = 0; tries < renewalTries; tries++) {
    const isOpen = historyOf(ledger.records).releases.some(({ ending }) => !ending)
    const renewal = isOpen ? undefined : await renew(wired, { name: family, policies: plan.policies }, true)
    if (renewal !== undefined) return note(`rita ordered: ${renewal.id} (renewal)`)
    await clock.pause(60 * minuteMs)
  }
}

async function given(note: PeopleOptions['note'], what: string, order: () => Promise<unknown>): Promise<boolean> {
  try {
    await order()
    note(`rita ordered: ${what}`)
    return true
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    note(`rita could not order: ${what}: ${error.message}`)
    return false
  }
}
