// What the site is made from: reports as they were written, and where each of their releases stands.

import type { Report } from '../report/report.ts'

export interface SiteRelease {
  readonly report: Report
  readonly architecture: string
  /** `weekly`, `emergency`. */
  readonly lane: string
  /** What became of it: `in production`, `was in production`, `open`, `refused`, `failed`, `superseded`. */
  readonly standing: string
  /** The family's release in production when this one was opened; undefined when there was none. */
  readonly against?: string
  /** Machines that were asked at the end of a soak; undefined when none was. */
  readonly drift?: readonly SiteDrift[]
}

export interface SiteDrift {
  readonly stage: string
  readonly region: string
  /** Instance ID. */
  readonly machine: string
  /** Short names of rules that the image met when it was verified, and this machine no longer meets. */
  readonly rules: readonly string[]
}

export interface SiteInput {
  readonly organisation: string
  /** Oldest first. */
  readonly releases: readonly SiteRelease[]
  /** Why reports that should be here are not; one sentence each. */
  readonly unread: readonly string[]
  readonly nowMs: number
}

/** One line of images: a family in one architecture. */
export interface Line {
  readonly family: string
  readonly architecture: string
  /** For file names: `web-x86_64`. */
  readonly slug: string
  /** Oldest first; never empty. */
  readonly releases: readonly SiteRelease[]
}

export function linesOf({ releases }: SiteInput): readonly Line[] {
  const lines = new Map<string, SiteRelease[]>()
  for (const release of releases) {
    const key = `${release.report.subject.family}-${release.architecture}`
    lines.set(key, [...(lines.get(key) ?? []), release])
  }
  return [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => lineOf(members))
}

export function newestOf({ releases }: Line): SiteRelease {
  return releases.at(-1) as SiteRelease
}

export function freshScan({ report }: SiteRelease) {
  return report.scans.find(({ name }) => name === 'fresh machine')
}

/** A name out of configuration or content, as a file may be called: whatever else it holds, no path. */
export function fileName(text: string): string {
  return text.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_')
}

function lineOf(releases: readonly SiteRelease[]): Line {
  const [first] = releases
  const family = first?.report.subject.family ?? ''
  const architecture = first?.architecture ?? ''
  return { family, architecture, slug: fileName(`${family}-${architecture}`), releases }
}
