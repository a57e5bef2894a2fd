// Reads what a vulnerability scanner wrote, one reader a format: a result that is damaged or incomplete is never "nothing found".

import { z } from 'zod'
import type { Vulnerability, VulnerabilitySeverity } from './vulnerability.ts'

export const vulnerabilityFormats = ['debsecan', 'grype', 'inspector', 'trivy'] as const

export type VulnerabilityFormat = (typeof vulnerabilityFormats)[number]

export interface VulnerabilityScan {
  /** `grype 0.87.0`; the version where the result names one. */
  readonly scanner: string
  /** Age of what the scanner went by, or of the scan itself where only that is said; undefined when neither is. */
  readonly dataFromMs?: number
  /** Each once, by ID and package. */
  readonly found: readonly Vulnerability[]
}

export type ReadVulnerabilities =
  | { readonly ok: true; readonly scan: VulnerabilityScan }
  /** One sentence. */
  | { readonly ok: false; readonly message: string }

/** A full system's result is a few megabytes. */
const largestCharacters = 128 * 1024 * 1024
const largestCount = 100_000

export function readVulnerabilities(format: VulnerabilityFormat, text: string): ReadVulnerabilities {
  if (text.length > largestCharacters) return refused(format, `it is larger than ${largestCharacters} characters`)
  const read = format === 'debsecan' ? readDebsecan(text) : readJson(format, text)
  if (!read.ok) return refused(format, read.message)
  if (read.scan.found.length > largestCount) return refused(format, `it has more than ${largestCount} entries`)
  const found = new Map(read.scan.found.map((one) => [`${one.id} ${one.package} ${one.installedVersion}`, one]))
  return { ok: true, scan: { ...read.scan, found: [...found.values()] } }
}

function refused(format: VulnerabilityFormat, message: string): ReadVulnerabilities {
  return { ok: false, message: `the vulnerability scan is not a result of ${format} that can be read: ${message}` }
}

/**
 * `debsecan --format detail`, by its source (SummaryFormatter and DetailFormatter of debsecan 0.4.20): a block of lines each, an
 * empty one between. A first line may say when it was made (ISO 8601). Debian's urgencies are high, medium and low.
 */
function readDebsecan(text: string): ReadVulnerabilities {
  const lines = text.split(/\r?\n/)
  const madeAt = Date.parse(/^\d{4}-\d\d-\d\dT\S+$/.test(lines[0] ?? '') ? (lines.shift() ?? '') : '')
  const found: Vulnerability[] = []
  let open: { id: string; severity: VulnerabilitySeverity; fixed: boolean } | undefined
  for (const [index, line] of lines.entries()) {
    const head = /^([A-Z][A-Z0-9]*-[\w-]+)(?: \(([^)]*)\))?$/.exec(line)
    const installed = /^ {2}installed: (\S+) (\S+)$/.exec(line)
    if (head) {
      if (open) return { ok: false, message: `line ${index + 1}: ${open.id} has no installed package` }
      const notes = (head[2] ?? '').split(', ')
      open = { id: head[1] ?? '', severity: urgency(notes), fixed: notes.includes('fixed') }
    } else if (installed && open) {
      const { id, severity, fixed } = open
      const one = { id, package: installed[1] ?? '', installedVersion: installed[2] ?? '', severity }
      found.push(fixed ? { ...one, fixedVersion: 'a newer one of the suite' } : one)
      open = undefined
    } else if (line !== '' && !line.startsWith('  ')) {
      return { ok: false, message: `line ${index + 1} is no line of debsecan: ${JSON.stringify(line.slice(0, 60))}` }
    }
  }
  if (open) return { ok: false, message: `it ends in the middle of ${open.id}` }
  // An empty file is what a scanner that was killed leaves; a finished one says at least when it ran.
  if (found.length === 0 && Number.isNaN(madeAt)) return { ok: false, message: 'it is empty and does not say when it was made' }
  return { ok: true, scan: { scanner: 'debsecan', ...(Number.isNaN(madeAt) ? {} : { dataFromMs: madeAt }), found } }
}

function urgency(notes: readonly string[]): VulnerabilitySeverity {
  const written = notes.find((note) => note.endsWith(' urgency'))?.replace(' urgency', '')
  return written === 'high' || written === 'medium' || written === 'low' ? written : 'unknown'
}

const word = z.string().max(1_000)

/** Syft's and grype's documentation of `grype -o json`; only what is used. */
const grype = z.object({
  matches: z.array(
    z.object({
      vulnerability: z.object({
        id: word,
        severity: word,
        fix: z.object({ versions: z.array(word).optional(), state: word }).optional(),
      }),
      artifact: z.object({ name: word, version: word }),
    }),
  ),
  descriptor: z.object({
    name: z.literal('grype'),
    version: word,
    timestamp: word.optional(),
    db: z.object({ built: word.optional(), status: z.object({ built: word.optional() }).optional() }).nullish(),
  }),
})

/** https://trivy.dev/latest/docs/configuration/reporting/#json, schema version 2. */
const trivy = z.object({
  SchemaVersion: z.literal(2),
  CreatedAt: word.optional(),
  Results: z
    .array(
      z.object({
        Vulnerabilities: z
          .array(
            z.object({
              VulnerabilityID: word,
              PkgName: word,
              InstalledVersion: word,
              FixedVersion: word.optional(),
              Severity: word,
            }),
          )
          .optional(),
      }),
    )
    .min(1, 'nothing was scanned'),
})

/** https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListFindings.html, as `aws inspector2 list-findings` prints it. */
const inspector = z.object({
  nextToken: z.null().optional(),
  findings: z.array(
    z.object({
      type: word,
      status: word,
      severity: word,
      packageVulnerabilityDetails: z
        .object({
          vulnerabilityId: word,
          vulnerablePackages: z
            .array(
              z.object({
                name: word,
                version: word,
                release: word.optional(),
                epoch: z.number().optional(),
                fixedInVersion: word.optional(),
              }),
            )
            .min(1),
        })
        .optional(),
    }),
  ),
})

function readJson(format: Exclude<VulnerabilityFormat, 'debsecan'>, text: string): ReadVulnerabilities {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { ok: false, message: `it is not JSON: ${(error as Error).message}` }
  }
  switch (format) {
    case 'grype':
      return shaped(grype, value, ({ matches, descriptor }) => ({
        scanner: `grype ${descriptor.version}`,
        ...instant(descriptor.db?.built ?? descriptor.db?.status?.built ?? descriptor.timestamp),
        found: matches.map(({ vulnerability: { id, severity, fix }, artifact }) => ({
          id,
          package: artifact.name,
          installedVersion: artifact.version,
          ...fixedIn(fix?.versions?.[0] ?? (fix?.state === 'fixed' ? 'a newer one' : undefined)),
          severity: severityOf(severity),
        })),
      }))
    case 'trivy':
      return shaped(trivy, value, ({ CreatedAt, Results }) => ({
        scanner: 'trivy',
        ...instant(CreatedAt),
        found: Results.flatMap(({ Vulnerabilities }) => Vulnerabilities ?? []).map((one) => ({
          id: one.VulnerabilityID,
          package: one.PkgName,
          installedVersion: one.InstalledVersion,
          ...fixedIn(one.FixedVersion),
          severity: severityOf(one.Severity),
        })),
      }))
    case 'inspector':
      return shaped(inspector, value, ({ findings }) => ({
        scanner: 'Amazon Inspector',
        found: findings
          .filter(({ status }) => status !== 'CLOSED')
          .flatMap(({ severity, packageVulnerabilityDetails: details }) =>
            (details?.vulnerablePackages ?? []).map((one) => ({
              id: details?.vulnerabilityId ?? '',
              package: one.name,
              installedVersion: `${one.epoch ? `${one.epoch}:` : ''}${one.version}${one.release ? `-${one.release}` : ''}`,
              ...fixedIn(one.fixedInVersion === 'NotAvailable' ? undefined : one.fixedInVersion),
              severity: severityOf(severity),
            })),
          ),
      }))
  }
}

function shaped<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
  scanOf: (parsed: z.output<Shape>) => VulnerabilityScan,
): ReadVulnerabilities {
  const parsed = shape.safeParse(value)
  if (parsed.success) return { ok: true, scan: scanOf(parsed.data) }
  const issue = parsed.error.issues[0]
  return {
    ok: false,
    message: `${issue?.path.map(String).join('.') || 'the whole'}: ${issue?.message ?? 'it has another shape'}`,
  }
}

function fixedIn(version: string | undefined): { readonly fixedVersion?: string } {
  return version === undefined || version === '' ? {} : { fixedVersion: version }
}

function instant(text: string | undefined): { readonly dataFromMs?: number } {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? {} : { dataFromMs: at }
}

/** The scanners' own words; what none of them says is unknown, and unknown is never low. */
function severityOf(written: string): VulnerabilitySeverity {
  const known = written.toLowerCase()
  if (known === 'critical' || known === 'high' || known === 'medium' || known === 'low' || known === 'negligible') return known
  return known === 'informational' ? 'negligible' : 'unknown'
}
