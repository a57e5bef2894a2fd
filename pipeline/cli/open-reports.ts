// The report.json of releases among the evidence: only what the ledger's digest says is genuine is read.

import { type Report, readReport } from '../../hardening/index.ts'
import { ProblemError } from '../kernel/index.ts'
import { bringEvidence } from '../ledger/index.ts'
import type { Release } from '../release/index.ts'
import { needVerified, type ReportShelf } from './find-report.ts'

export interface OpenedReport {
  readonly release: string
  readonly architecture: string
  readonly report: Report
}

type Opened = { readonly ok: true; readonly opened: OpenedReport } | { readonly ok: false; readonly message: string }

/** The report of one image of a release. Throws ProblemError when there is none, or it is not the one the ledger recorded. */
export async function openReport(
  shelf: ReportShelf,
  id: string | undefined,
  architecture: string | undefined,
): Promise<OpenedReport> {
  const { release } = needVerified(shelf.releases, id)
  const paths = pathsOf(release)
  const path = paths.find((one) => architecture === undefined || one.architecture === architecture)
  if (path === undefined) {
    const known = paths.map((one) => one.architecture).join(', ') || 'none'
    const message = `${release.id} has no report for ${architecture ?? 'any architecture'}`
    throw new ProblemError({ code: 'not-found', message, hint: `It has: ${known}.` })
  }
  return needGenuine(await open(shelf, release, path))
}

/** Reports of the family's verified releases for that architecture, oldest first; what can't be read is named instead. */
export async function openHistory(
  shelf: ReportShelf,
  family: string,
  architecture: string,
): Promise<{ readonly reports: readonly OpenedReport[]; readonly unread: readonly string[] }> {
  const reports: OpenedReport[] = []
  const unread: string[] = []
  for (const release of shelf.releases) {
    if (release.family !== family) continue
    const path = pathsOf(release).find((one) => one.architecture === architecture)
    if (path === undefined) continue
    const opened = await open(shelf, release, path)
    if (opened.ok) reports.push(opened.opened)
    else unread.push(opened.message)
  }
  return { reports, unread }
}

/** Every report of a release, one an architecture; none before it is verified. Throws ProblemError when one is not genuine. */
export async function openAll(shelf: ReportShelf, id: string): Promise<readonly OpenedReport[]> {
  const release = shelf.releases.find((one) => one.id === id)
  if (release === undefined) return []
  return Promise.all(pathsOf(release).map(async (path) => needGenuine(await open(shelf, release, path))))
}

function needGenuine(opened: Opened): OpenedReport {
  if (opened.ok) return opened.opened
  throw new ProblemError({ code: 'bad-argument', message: opened.message, hint: 'Take a genuine copy of the evidence.' })
}

interface ReportPath {
  readonly path: string
  readonly sha256: string
  readonly architecture: string
}

/** A release of one image has `report.json`; of several, one for each with the architecture in its name. */
function pathsOf({ verify, bake }: Release): readonly ReportPath[] {
  if (verify.state !== 'finished') return []
  const only = bake.state === 'finished' ? (bake.result.images[0]?.architecture ?? 'x86_64') : 'x86_64'
  return verify.result.evidence.flatMap(({ path, sha256 }) => {
    const match = /^report(?:-([a-z0-9_]+))?\.json$/.exec(path)
    return match ? [{ path, sha256, architecture: match[1] ?? only }] : []
  })
}

async function open(shelf: ReportShelf, { id }: Release, expected: ReportPath): Promise<Opened> {
  const directory = shelf.directoryOf(id)
  const file = `${directory}/${expected.path}`
  const [altered] = (await bringEvidence(shelf, directory, [expected])).filter(({ kind }) => kind === 'altered')
  if (altered) return { ok: false, message: `${id}: ${altered.message}` }
  const read = await readReport(shelf.files, file)
  if (!read.ok) return { ok: false, message: `${id}: ${read.problem.message}` }
  if (read.sha256 !== expected.sha256) return { ok: false, message: `${id}: ${file} differs from what the ledger recorded` }
  return { ok: true, opened: { release: id, architecture: expected.architecture, report: read.report } }
}
