// Keeps an emergency release's projection current while it is advanced: tells when it moves, and once when it will be late.

import {
  atOpening,
  breakageOf,
  causeOf,
  inputFor,
  isLate,
  leversOf,
  type Projection,
  type ProjectionInput,
  project,
  type Release,
  releasesOf,
} from '../release/index.ts'
import type { ConductorContext } from './context.ts'
import type { Holds, LedgerSession } from './session.ts'

export interface HourWatch {
  /** Looks again, at the release as this runner last saw it. */
  look(release: Release): Promise<void>
}

/** Estimates are not better than that. */
const tellFromMs = 60_000

export function watchHour(
  { clock, onProgress }: Pick<ConductorContext, 'clock' | 'onProgress'>,
  session: LedgerSession,
): HourWatch {
  let told: Projection | undefined
  let first: ProjectionInput | undefined

  const look = async (release: Release) => {
    if (release.policy.withinMs === undefined || release.ending || breakageOf(release)) return
    const now = clock.now()
    // What came before it does not change any more.
    first ??= inputFor(release, releasesOf(session.events()), now)
    const input = { ...first, release, now }
    const projection = project(input)
    const movedMs = told && projection.end - told.end
    if (movedMs === undefined || Math.abs(movedMs) > tellFromMs) {
      onProgress({ kind: 'projected', release: release.id, projection, movedMs })
      told = projection
    }
    if (isLate(projection) && !release.lateSince) await recordLate(session, input, projection)
  }

  return { look }
}

async function recordLate(session: LedgerSession, input: ProjectionInput, projection: Projection): Promise<void> {
  const { release } = input
  const { end, due } = projection
  if (!release || due === undefined) return
  const [lever] = leversOf(input)
  const isFirst: Holds = (events) =>
    releasesOf(events.filter((record) => record.release === release.id)).every(({ lateSince, ending }) => !lateSince && !ending)
  const event = {
    type: 'projection.late',
    step: causeOf(projection, project(atOpening(input)))?.step ?? 'bake',
    projected: new Date(end).toISOString(),
    due: new Date(due).toISOString(),
    ...(lever && { lever }),
  } as const
  await session.append(release.id, event, isFirst)
}
