// How each event changes the parts of a release that there are many of: copies, shares, approvals, rolls, soaks.

import type { EventOf } from './event.ts'
import { sameGroup } from './group-key.ts'
import type { Approval, Copy, Moment, RetiredImage, Roll, RollWatch, Share, Soak } from './release.ts'
import { begin, fail, finish } from './step.ts'
import { failedOnce } from './trying.ts'

export function applyToCopies(copies: readonly Copy[], event: EventOf<`copy.${string}`>, moment: Moment): readonly Copy[] {
  const { region, architecture } = event
  const nothing: Copy = { region, architecture, imageId: undefined, step: { state: 'waiting' }, failures: 0 }
  return amend(
    copies,
    (copy) => copy.region === region && copy.architecture === architecture,
    nothing,
    (copy) => {
      switch (event.type) {
        case 'copy.intended': {
          const earlier = copy.imageId ?? copy.earlierImageId
          const step = begin(event.token, moment)
          return { ...copy, imageId: undefined, ...(earlier && { earlierImageId: earlier }), step }
        }
        case 'copy.started':
          return { ...copy, imageId: event.imageId }
        case 'copy.finished':
          return { ...copy, imageId: event.imageId, step: finish(copy.step, moment, { imageId: event.imageId }) }
        case 'copy.failed':
          return {
            ...copy,
            step: fail(copy.step, moment, event.cause),
            failures: copy.failures + 1,
            failing: failedOnce(copy.failing, moment.at),
          }
      }
    },
  )
}

export function applyToShares(shares: readonly Share[], event: EventOf<`share.${string}`>, moment: Moment): readonly Share[] {
  const { region, account, imageId } = event
  const nothing: Share = { region, account, imageId, done: false, cause: '' }
  return amend(
    shares,
    (share) => share.imageId === imageId && share.account === account,
    nothing,
    (share) =>
      event.type === 'share.finished'
        ? { ...share, done: true }
        : { ...share, failing: failedOnce(share.failing, moment.at), cause: event.cause },
  )
}

export function applyToApprovals(approvals: readonly Approval[], event: EventOf<`approval.${string}`>): readonly Approval[] {
  const { stage } = event
  const asked: Approval = { stage, answer: 'asked', by: '', reason: '' }
  return amend(
    approvals,
    (approval) => approval.stage === stage,
    asked,
    (approval) => {
      if (event.type === 'approval.requested') return approval
      const answer = event.type === 'approval.granted' ? 'granted' : 'denied'
      return { ...approval, answer, by: event.by, reason: event.reason }
    },
  )
}

export function applyToRolls(
  rolls: readonly Roll[],
  event: EventOf<`roll.${string}` | `undo.${string}` | 'hook.finished'>,
  moment: Moment,
): readonly Roll[] {
  const key = event.group
  const nothing: Roll = {
    key,
    imageId: undefined,
    previous: undefined,
    refresh: undefined,
    step: { state: 'waiting' },
    refusal: undefined,
    undo: { state: 'waiting' },
  }
  return amend(
    rolls,
    (roll) => sameGroup(roll.key, key),
    nothing,
    (found) => {
      const roll = isSignOfLife(event) ? { ...found, watch: watched(found.watch, moment) } : found
      switch (event.type) {
        case 'roll.intended': {
          const { imageId, previous, afterRefreshId, previousLimit, token } = event
          const before = { previous, ...(afterRefreshId && { afterRefreshId }), ...(previousLimit && { previousLimit }) }
          return { ...roll, imageId, ...before, step: begin(token, moment) }
        }
        case 'roll.started': {
          const { template, refreshId, parameterVersion } = event
          return { ...roll, refresh: { template, refreshId, ...(parameterVersion === undefined ? {} : { parameterVersion }) } }
        }
        case 'roll.finished':
          return { ...roll, step: finish(roll.step, moment, { refreshId: event.refreshId, replaced: event.replaced }) }
        case 'roll.awaits-hand':
          return { ...roll, hand: { orderedBy: undefined } }
        case 'roll.awaits-room':
          return { ...roll, room: { cause: event.cause, failing: failedOnce(roll.room?.failing, moment.at) } }
        case 'roll.ordered':
          return { ...roll, hand: { orderedBy: event.by } }
        case 'roll.watched':
          return roll
        case 'hook.finished': {
          const { type: _, group: __, ...result } = event
          return { ...roll, hooks: [...(roll.hooks ?? []), result] }
        }
        case 'roll.refused':
          return { ...roll, step: fail(roll.step, moment, event.cause), refusal: { cause: event.cause, hint: event.hint } }
        case 'roll.failed':
          return { ...roll, step: fail(roll.step, moment, event.cause) }
        case 'undo.intended':
          return { ...roll, undo: begin(event.token, moment) }
        case 'undo.finished':
          return { ...roll, undo: finish(roll.undo, moment, { refreshId: event.refreshId }) }
        case 'undo.failed':
          return { ...roll, undo: fail(roll.undo, moment, event.cause) }
      }
    },
  )
}

/** Written by a runner that goes on; a person's word is none, and an end is the last of it. */
function isSignOfLife({ type }: EventOf<`roll.${string}` | `undo.${string}` | 'hook.finished'>): boolean {
  return type.endsWith('.intended') || type === 'roll.started' || type === 'roll.watched' || type === 'hook.finished'
}

function watched(earlier: RollWatch | undefined, { runner, wallAt }: Moment): RollWatch {
  return { runner, sinceWallAt: earlier?.runner === runner ? earlier.sinceWallAt : wallAt, seenWallAt: wallAt }
}

export function applyToSoaks(
  soaks: readonly Soak[],
  event: EventOf<'soak.started' | 'test.finished' | 'exposure.measured' | 'soak.finished'>,
  moment: Moment,
): readonly Soak[] {
  if (event.type === 'soak.started') {
    const until = Date.parse(event.until)
    return [...soaks, { stage: event.stage, startedAt: moment, until, tests: [], exposure: [], finishedAt: undefined }]
  }
  return soaks.map((soak) => {
    if (soak.stage !== event.stage) return soak
    if (event.type === 'soak.finished') return { ...soak, finishedAt: moment }
    if (event.type === 'exposure.measured') {
      return { ...soak, exposure: [...soak.exposure, { at: moment.at, machines: event.machines }] }
    }
    const { round, test, ok, detail, drift } = event
    return { ...soak, tests: [...soak.tests, { round, test, ok, detail, ...(drift && { drift }), at: moment.at }] }
  })
}

/** The list with the item that fits changed, or made from nothing at its end. */
function amend<Item>(
  items: readonly Item[],
  fits: (item: Item) => boolean,
  nothing: Item,
  change: (item: Item) => Item,
): readonly Item[] {
  return items.some(fits) ? items.map((item) => (fits(item) ? change(item) : item)) : [...items, change(nothing)]
}

export function applyToRetired(
  retired: readonly RetiredImage[],
  event: EventOf<'image.permissions-saved' | 'image.retired' | 'image.restored'>,
): readonly RetiredImage[] {
  const { region, imageId } = event
  const known = retired.find((one) => one.region === region && one.imageId === imageId)
  const before: RetiredImage = known ?? { region, imageId, step: undefined, permissions: undefined }
  return [...retired.filter((one) => one !== known), retiredBy(before, event)]
}

function retiredBy(
  before: RetiredImage,
  event: EventOf<'image.permissions-saved' | 'image.retired' | 'image.restored'>,
): RetiredImage {
  switch (event.type) {
    case 'image.permissions-saved':
      return { ...before, permissions: event.permissions }
    case 'image.retired':
      return { ...before, step: event.step }
    case 'image.restored':
      return { ...before, step: undefined, permissions: undefined }
  }
}
