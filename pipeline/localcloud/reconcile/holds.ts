// Lifecycle hooks take hold of a group's members: on the way in once they run, on the way out before they end.

import type { Group, Member } from '../store/group.ts'
import { type Held, heldBy, holdOf, type Transition } from '../store/lifecycle-hook.ts'
import type { Draft } from '../store/state.ts'
import type { Due } from './due.ts'

/** The member held by the group's hooks for that transition; as it was when there are none. */
export function hold(draft: Draft, group: Group, member: Member, transition: Transition, now: number): Member {
  const hooks = (group.hooks ?? []).filter((hook) => hook.transition === transition)
  if (hooks.length === 0) return member
  return { ...member, holds: hooks.map((hook) => holdOf(hook, draft.mintUuid(), now)) }
}

/** What has become of the member's holds; the end of a wait is noted. */
export function heldNow(member: Member, now: number, due: Due): Held {
  const held = heldBy(member.holds ?? [], now)
  // Whoever completes the action is at work somewhere, so the clock does not jump over it.
  if (held.kind === 'waiting') due.workUntil(held.until)
  return held
}

/** In AWS's words, as the activity of an abandoned launch has them. */
export function abandonMessage({ token, why }: Extract<Held, { kind: 'abandoned' }>): string {
  return `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${token} was abandoned: ${why}`
}
