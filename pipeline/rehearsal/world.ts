// The world a rehearsal starts from, read from local-cloud.yaml beside the configuration: what Terraform makes on AWS.

import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { type FilePlace, type Problem, type ProblemCode, ProblemError } from '../kernel/index.ts'

const size = z
  .strictObject({ min: z.int().min(0), desired: z.int().min(0), max: z.int().min(0) })
  .refine(({ min, desired, max }) => min <= desired && desired <= max, {
    message: 'expected min ≤ desired ≤ max',
    path: ['desired'],
  })

const worldSchema = z.strictObject({
  version: z.literal(1),
  groups: z.record(z.string(), z.record(z.string().regex(/^[a-z0-9-]+\/[^/]+$/, 'expected REGION/GROUP'), size)),
  openPorts: z.array(z.int().min(1).max(65_535)),
  instanceProfile: z.string().min(1),
  parameters: z.record(
    z.string().startsWith('/', 'a parameter name starts with /'),
    z.union([z.string(), z.strictObject({ secret: z.literal('generated') })]),
  ),
  /** Web servers the local cloud plays for its machines: name, and the folder served, relative to this file. */
  hosts: z.record(z.hostname(), z.string().min(1)).default({}),
})

/** Groups by stage and `region/name`; parameters are put into every account and region that runs machines. */
export type World = z.infer<typeof worldSchema>

/** Every problem at once, each at its line and column. */
export function parseWorld(text: string, file: string): World {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const place = (offset: number): FilePlace => {
    const { line, col } = lines.linePos(offset)
    return { file, line, column: col }
  }
  if (document.errors.length > 0) {
    throw new ProblemError(document.errors.map(({ message, pos }) => ({ code: 'config-syntax', message, place: place(pos[0]) })))
  }
  const parsed = worldSchema.safeParse(document.toJS())
  if (parsed.success) return parsed.data
  throw new ProblemError(
    parsed.error.issues.flatMap(complaintsOf).map(
      ({ code, path, message }): Problem => ({
        code,
        message: `${path.join('.') || 'the file'}: ${message}`,
        place: place(offsetOf(document, path)),
        hint: 'docs/rehearsal.md describes local-cloud.yaml',
      }),
    ),
  )
}

interface Complaint {
  readonly code: ProblemCode
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** An unknown key is complained of where it stands, not where it is missing from. */
function complaintsOf(issue: z.core.$ZodIssue): readonly Complaint[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ code: 'config-unknown-key', path: [...issue.path, key], message: 'there is no such key' }))
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ code: 'config-wrong-value', path: issue.path, message }))
  }
  return [{ code: 'config-wrong-value', path: issue.path, message: issue.message }]
}

/** The nearest node on the path that stands in the file. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const key = path[length - 1]
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    if (!isMap(parent)) continue
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
    if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0]
  }
  return 0
}
