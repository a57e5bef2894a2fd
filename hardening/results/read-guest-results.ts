// Counts out of the results a bake fetched: what the base was worth before hardening, and what the bake made of it.

import { ProblemError } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import { openProfile, type ProfileRequest } from '../profile/open-profile.ts'
import { type Counts, countStatuses } from '../verdict/counts.ts'
import { judgeRules } from '../verdict/judge-rules.ts'
import { readScan } from './read-scan.ts'

/** Throws ProblemError when the results are missing or damaged. */
export async function readGuestResults(
  directory: string,
  request: ProfileRequest,
  { files }: { readonly files: Files },
): Promise<{ readonly before: Counts; readonly after: Counts }> {
  const { profile, content } = await openProfile(files, request)
  const countOf = async (name: string): Promise<Counts> => {
    const read = await readScan(files, directory, name)
    if (!read.ok) throw new ProblemError({ code: 'not-found', message: read.message })
    return countStatuses(judgeRules(profile, content, read.scan, request.nowMs).map((rule) => rule.status))
  }
  return { before: await countOf('before'), after: await countOf('after') }
}
