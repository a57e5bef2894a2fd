// How rules came to be met at bake time: which control of ours answers which, and what the content's own fixes were run for.

import type { Files } from '../../pipeline/ports/index.ts'
import { fullId } from '../content/content.ts'
import { readControl } from '../engine/controls.ts'
import type { ProfileAndContent } from '../profile/open-profile.ts'

export interface Remediation {
  /** Control by full ID of the rule it answers. */
  readonly controls: ReadonlyMap<string, string>
  /** Full IDs of the rules that fixes of the content were run for. */
  readonly contentFixes: ReadonlySet<string>
}

/** `directory`: where the results of a bake are kept; undefined when it left no word of what was fixed. */
export async function readRemediation(
  files: Files,
  directory: string,
  { profile, content }: ProfileAndContent,
): Promise<Remediation | undefined> {
  const text = await files.readText(`${directory}/content-fixes.txt`)
  if (text === undefined) return undefined
  const controls = new Map<string, string>()
  for (const id of profile.controls) {
    for (const rule of (await readControl(files, id)).answers) controls.set(fullId('rule', rule, content.idPrefix), id)
  }
  // A machine wrote the file: what the content does not know is not a rule.
  return { controls, contentFixes: new Set(text.split('\n').filter((rule) => content.rules.has(rule))) }
}
