// People who take images out of use, as `drover retire --apply` and `drover revoke` do it.

import { everyPlaceOf, ownerPlacesOf } from '../../../pipeline/cli/places.ts'
import { type RevokeOutcome, revoke } from '../../../pipeline/cli/revocation.ts'
import { type ConductorContext, noteOf } from '../../../pipeline/conductor/index.ts'
import { ProblemError } from '../../../pipeline/kernel/index.ts'
import type { Cloud } from '../../../pipeline/ports/index.ts'
import { historyOf, releasesOf } from '../../../pipeline/release/index.ts'
import { applyRetiring, noteGone, type Proposal, planRetiring } from '../../../pipeline/retire/index.ts'
import { minuteMs } from '../../support/factories.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import type { Plan, PlannedOrder } from '../plan/plan.ts'
import { configOf } from './people.ts'

export interface Retiring {
  readonly plan: Plan
  readonly random: SeededRandom
  readonly context: ConductorContext
  readonly cloud: Cloud
  readonly note: (line: string) => void
  /** What is done in place of what was decided, to show that it is found. */
  readonly meddle?: (proposals: readonly Proposal[]) => readonly Proposal[]
}

class Died extends Error {}

/** So many times, one step each time. */
export async function retireImages(retiring: Retiring, order: Extract<PlannedOrder, { kind: 'retire' }>): Promise<void> {
  const { clock } = retiring.context
  for (let run = 0; run < order.times; run++) {
    try {
      await retireOnce(retiring, order)
    } catch (error) {
      if (!(error instanceof Died)) throw error
      retiring.note(`rita died ${error.message}`)
    }
    await clock.pause(order.everyMs)
  }
}

async function retireOnce(
  { plan, random, context, cloud, note, meddle = (proposals) => proposals }: Retiring,
  { retention, death }: Extract<PlannedOrder, { kind: 'retire' }>,
): Promise<void> {
  const config = configOf(plan)
  const history = historyOf(await context.ledger.read())
  const now = context.clock.wallNow()
  const places = everyPlaceOf(config)
  const whole = await planRetiring(cloud, { history, places, owners: ownerPlacesOf(config), retention, now })
  for (const { imageId, step, why } of whole.proposals) note(`rita sees ${imageId}: ${step ?? 'keep'}, ${why}`)
  const append = await noteOf(context)
  const record: typeof append = async (release, event) => {
    if (random.chance(death)) throw new Died(`before it recorded ${event.type}`)
    await append(release, event)
    if (random.chance(death)) throw new Died(`after it recorded ${event.type}`)
  }
  const retiring = { cloud, record }
  await noteGone(retiring, history, whole)
  const { done, failures } = await applyRetiring(retiring, { history, now }, meddle(whole.proposals))
  note(`rita retired ${done.map(({ imageId, step }) => `${imageId} (${step})`).join(', ') || 'nothing'}; ${failures.join('; ')}`)
}

const asks = 8
const waits = 60

/** Asked for again until the release runs nowhere and its images are disabled; in between the runners go on with what was ordered. */
export async function revokeWhole({ plan, context, cloud, note }: Retiring, releaseId: string): Promise<void> {
  const asked = {
    conductor: context,
    cloud,
    places: everyPlaceOf(configOf(plan)),
    rehearsal: false,
    advance: async (id: string) => {
      const release = releasesOf(await context.ledger.read()).find((one) => one.id === id)
      if (release === undefined) throw new Error(`there is no ${id}`)
      return { kind: 'not-yet', release, until: undefined, reason: 'runners see to it' } as const
    },
  }
  for (let count = 0; count < asks; count++) {
    const outcome = await revokedOr(note, () =>
      revoke(asked, { release: releaseId, reason: 'it leaks', leave: false, watch: false }),
    )
    if (outcome === undefined || outcome.stuck !== undefined || isOver(outcome)) return
    if (!(await untilQuiet(context, releaseId))) return
  }
}

function isOver({ ended, undo, groups, disabled }: RevokeOutcome): boolean {
  return [ended, undo].every((one) => one === undefined) && groups.length + disabled.held.length + disabled.failures.length === 0
}

async function revokedOr(note: Retiring['note'], ask: () => Promise<RevokeOutcome>): Promise<RevokeOutcome | undefined> {
  try {
    const outcome = await ask()
    const { groups, stuck, disabled } = outcome
    const still = [...disabled.held, ...disabled.failures, ...(stuck === undefined ? [] : [stuck])]
    const off = disabled.images.map(({ imageId }) => imageId).join(', ')
    note(`rita ordered: revoke; still on ${groups.length} groups; disabled: ${off}; ${still.join('; ')}`)
    return outcome
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    note(`rita could not order: revoke: ${error.message}`)
    return undefined
  }
}

/** What is open goes back by itself, and what has ended is taken off by an undo: nothing more can be asked for before. */
async function untilQuiet({ clock, ledger }: ConductorContext, releaseId: string): Promise<boolean> {
  for (let wait = 0; wait < waits; wait++) {
    await clock.pause(10 * minuteMs)
    const { releases } = historyOf(await ledger.read())
    if (!releases.some(({ id, lane, ending }) => !ending && (id === releaseId || lane === 'undo'))) return true
  }
  return false
}
