// Reads what gitleaks wrote: a result that is damaged is never "nothing found", and the secret itself is never taken over.

import { z } from 'zod'
import { parsedJson } from '../../pipeline/kernel/index.ts'

export interface FoundSecret {
  /** gitleaks' own name of what it looks like: `private-key`, `aws-access-token`. */
  readonly rule: string
  /** Absolute path on the machine; of a file in an archive, the archive's, `!`, and its path in there. */
  readonly file: string
  readonly line: number
}

export type ReadSecrets =
  | { readonly ok: true; readonly found: readonly FoundSecret[] }
  /** One sentence. */
  | { readonly ok: false; readonly message: string }

const largestCharacters = 32 * 1024 * 1024
const largestCount = 100_000

/** As `gitleaks dir --report-format json` of v8 writes it, by its source (report/finding.go). */
const reportSchema = z
  .array(
    z.object({
      RuleID: z.string().min(1).max(200),
      File: z.string().min(1).max(8_192),
      StartLine: z.number().int().nonnegative(),
    }),
  )
  .max(largestCount)

/** `folder`: where the machine's files were laid out; paths are given as from there. `.tgz` files were renamed for gitleaks. */
export function readSecrets(text: string | undefined, folder: string): ReadSecrets {
  if (text === undefined) return refused('it wrote none')
  if (text.length > largestCharacters) return refused(`it is larger than ${largestCharacters} characters`)
  const parsed = reportSchema.safeParse(parsedJson(text))
  if (!parsed.success) return refused(parsed.error.issues[0]?.message ?? 'it is not JSON')
  return {
    ok: true,
    found: parsed.data.map(({ RuleID, File, StartLine }) => ({
      rule: RuleID,
      file: (File.startsWith(`${folder}/`) ? File.slice(folder.length) : File).replaceAll('.tgz.tar.gz', '.tgz'),
      line: StartLine,
    })),
  }
}

function refused(message: string): ReadSecrets {
  return { ok: false, message: `the secret scan is not a result of gitleaks that can be read: ${message}` }
}
