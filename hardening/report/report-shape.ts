// The shape of report.json, member by member: what reads one back believes nothing that is not in here.

import { z } from 'zod'
import { statuses } from '../verdict/status.ts'
import { vulnerabilitySeverities } from '../vulnerabilities/vulnerability.ts'
import type { Report } from './report.ts'

// Far above what any content or image needs; what is beyond is refused, not cut.
const short = z.string().max(1_000)
const long = z.string().max(100_000)
const count = z.number().int().nonnegative().max(1_000_000)
const status = z.enum(statuses)
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(100_000)

const counts = z.strictObject({
  passed: count,
  fixed: count,
  failed: count,
  error: count,
  unknown: count,
  waived: count,
  disputed: count,
  notJudged: count,
  notApplicable: count,
  notChecked: count,
  deselected: count,
  informational: count,
})

const score = z.strictObject({ met: count, applicable: count, percent: z.number().min(0).max(100) })

const facts = z.strictObject({
  method: z.enum(['plain', 'fast']),
  scanner: short,
  contentSha256: short,
  profile: short,
  environment: z.enum(['container', 'virtual-machine']),
  startedAtMs: z.number().int(),
  durationMs: z.number().int().nonnegative(),
  system: short,
  kernel: short,
})

const rule = z.strictObject({
  id: short,
  name: short,
  title: short,
  severity: z.enum(['high', 'medium', 'low', 'unknown']),
  cis: list(short),
  description: long,
  rationale: long,
  status,
  reason: long,
  before: status.exactOptional(),
  after: status.exactOptional(),
  found: list(long).exactOptional(),
  remediatedBy: short.exactOptional(),
  judgedOn: z.enum(['container', 'real boot']).exactOptional(),
})

const waiverWords = {
  reason: long,
  owner: short,
  expires: short,
  ticket: short.exactOptional(),
  families: list(short).exactOptional(),
}

const installed = { name: short, version: short, architecture: short }

const inventory = z.strictObject({
  packages: list(z.strictObject({ ...installed, tracedTo: short.exactOptional() })),
  listening: list(z.strictObject({ protocol: z.enum(['tcp', 'udp']), address: short, port: count.max(65_535), program: short })),
  setuid: list(long),
})

const vulnerability = z.strictObject({
  id: short,
  package: short,
  installedVersion: short,
  fixedVersion: short.exactOptional(),
  severity: z.enum(vulnerabilitySeverities),
  status: z.enum(['refused', 'waived', 'accepted']),
  waiver: z.strictObject(waiverWords).exactOptional(),
})

const shape = z.strictObject({
  version: z.literal(2),
  subject: z.strictObject({
    organisation: short,
    family: short,
    release: short,
    images: list(z.strictObject({ architecture: short, imageId: short, region: short })),
    base: z.strictObject({ imageId: short, name: short, ownerAccount: short }),
    packageCount: count.exactOptional(),
    distribution: z.strictObject({ before: short, after: short, newer: short.exactOptional() }).exactOptional(),
  }),
  madeAtMs: z.number().int(),
  profile: z.strictObject({ title: short, base: short }),
  content: z.strictObject({ title: short, sha256: short, benchmark: short, benchmarkVersion: short }),
  verdict: z.strictObject({
    outcome: z.enum(['pass', 'refuse']),
    reasons: list(long),
    warnings: list(long),
    minimumScorePercent: z.number(),
  }),
  scans: list(
    z.strictObject({ name: z.enum(['before', 'after', 'fresh machine']), facts, counts, score, scoreAfterWaivers: score }),
  ),
  realBoot: z.strictObject({ facts, rules: count }).exactOptional(),
  rules: list(rule),
  waivers: list(z.strictObject({ name: short, ...waiverWords, daysLeft: z.number().int(), status })),
  disagreements: list(
    z.strictObject({
      name: short,
      contentVersion: short,
      reason: long,
      checked: long,
      owner: short,
      holds: z.boolean(),
      status,
    }),
  ),
  controls: list(z.strictObject({ control: short, met: z.boolean(), message: long })),
  inventory: inventory.exactOptional(),
  vulnerabilities: z
    .strictObject({ scanner: short, dataFrom: short.exactOptional(), found: list(vulnerability) })
    .exactOptional(),
  fixes: list(z.strictObject({ fix: short, proven: z.boolean(), evidence: long })).exactOptional(),
})

/** Strict: an unknown member is a mistake or another version. */
export const reportShape = shape satisfies z.ZodType<Report>
