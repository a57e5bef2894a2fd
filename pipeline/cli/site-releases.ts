// Which reports the site is made of, and where each of their releases stands.

import type { SiteRelease } from '../../hardening/index.ts'
import { ProblemError } from '../kernel/index.ts'
import { type Release, reachedProduction } from '../release/index.ts'
import type { ReportShelf } from './find-report.ts'
import { openAll } from './open-reports.ts'

/** Genuine reports of every verified release, oldest first; `unread`: why others are missing, one sentence each. */
export async function siteReleases(
  shelf: ReportShelf,
): Promise<{ readonly releases: readonly SiteRelease[]; readonly unread: readonly string[] }> {
  const releases: SiteRelease[] = []
  const unread: string[] = []
  for (const [index, release] of shelf.releases.entries()) {
    const against = inProductionOf(shelf.releases.slice(0, index), release.family)
    try {
      for (const { report, architecture } of await openAll(shelf, release.id)) {
        const standing = standingOf(release, shelf.releases)
        releases.push({
          report,
          architecture,
          lane: release.lane,
          standing,
          ...(against && { against }),
          ...driftSeen(release, architecture),
        })
      }
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      unread.push(...error.problems.map(({ message }) => message))
    }
  }
  return { releases, unread }
}

/** Of the machines that run the image of that architecture; a group that names none runs the release's only image. */
function driftSeen({ soaks, policy }: Release, architecture: string): Pick<SiteRelease, 'drift'> {
  const drift = soaks.flatMap(({ stage, tests }) => {
    const groups = policy.stages.find(({ name }) => name === stage)?.waves.flatMap((wave) => wave.groups) ?? []
    return tests
      .flatMap((test) => test.drift ?? [])
      .filter(({ region, group }) => {
        const target = groups.find((one) => one.name === group && one.region === region)
        return (target?.architecture ?? architecture) === architecture
      })
      .map(({ region, machine, rules }) => ({ stage, region, machine, rules }))
  })
  return drift.length > 0 ? { drift } : {}
}

function standingOf({ id, family, ending, drill }: Release, all: readonly Release[]): string {
  if (ending === undefined) return 'open'
  if (ending.kind !== 'finished') return ending.kind
  if (drill) return 'a drill'
  return inProductionOf(all, family) === id ? 'in production' : 'was in production'
}

/** The last of these to reach production. */
function inProductionOf(releases: readonly Release[], family: string): string | undefined {
  return releases.filter((release) => release.family === family && reachedProduction(release)).at(-1)?.id
}
