// A profile together with the content it says it is about.

import { type Problem, ProblemError } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import type { Content } from '../content/content.ts'
import { readContent, readPins } from '../content/read-content.ts'
import { contentNameOf, loadProfile } from './load-profile.ts'
import { type Profile, profileOf } from './profile.ts'

export interface ProfileRequest {
  /** Absolute path of the profile's file. */
  readonly profileFile: string
  /** Folder that holds the pinned data streams. */
  readonly contentDirectory: string
  /** Waivers of other families are left out; undefined leaves in all. */
  readonly family?: string
  /** Waivers that have expired by then are problems. */
  readonly nowMs: number
}

/** Reading the content takes a moment (14 MB of XML): whoever needs both more than once hands this on. */
export interface ProfileAndContent {
  readonly profile: Profile
  readonly content: Content
}

export type OpenedProfile =
  | ({ readonly ok: true } & ProfileAndContent)
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Every problem of the file at once. Throws ProblemError when the pinned content itself is missing or another. */
export async function checkProfile(files: Files, request: ProfileRequest): Promise<OpenedProfile> {
  const named = await contentNameOf(files, request.profileFile, Object.keys(await readPins(files)))
  if (!named.ok) return named
  const content = await readContent(files, request.contentDirectory, named.name)
  const loaded = await loadProfile(files, request.profileFile, content, request.nowMs)
  return loaded.ok ? { ok: true, profile: profileOf(loaded.profile, request.family), content } : loaded
}

/** The same for whoever can't go on without it: throws ProblemError with every problem. */
export async function openProfile(files: Files, request: ProfileRequest): Promise<ProfileAndContent> {
  const opened = await checkProfile(files, request)
  if (!opened.ok) throw new ProblemError(opened.problems)
  return opened
}
