// Rolls one group to a release's image: preflight, a template version made for it, and the move there.

import { assert } from '../kernel/index.ts'
import type { Cloud, CloudAt, CloudOutcome, TemplateVersion, UnavailableLimit } from '../ports/index.ts'
import {
  type GroupTarget,
  isGivenUp,
  type Performer,
  type PerformerRequest,
  placeOf,
  type Release,
  type ReleaseEvent,
  type Roll,
  sameGroup,
} from '../release/index.ts'
import type { CallHook } from './call-hook.ts'
import type { PreflightFacts, Refusal, RollOrder } from './check.ts'
import { asTemplate, rollNodes } from './karpenter-roll.ts'
import { createLease, type Lease } from './lease.ts'
import { type MoveContext, type MoveEnd, makeMove } from './make-move.ts'
import type { Move } from './move.ts'
import { nodeGroupMove } from './node-group-move.ts'
import { changedLimit, nodesBack, putBack } from './node-group-roll.ts'
import { isByHand } from './owner-checks.ts'
import { parameterMove, previousImage, sharersRefuse, wayBack } from './parameter-roll.ts'
import { onlyTold, preflight } from './preflight.ts'
import { readFacts, volumeKeyOf } from './read-facts.ts'
import { besideOf } from './read-room.ts'
import { withHooks } from './with-hooks.ts'

type Request = PerformerRequest<'roll'>

export interface RollPorts {
  readonly cloud: Cloud
  readonly callHook: CallHook
  /** Why nothing may be rolled onto the release, a sentence; asked of the ledger at the last moment. Absent where nobody revokes. */
  readonly whyRevoked?: (release: Release) => Promise<string | undefined>
}

export function createRoll({ cloud, callHook, whyRevoked }: RollPorts): Performer<'roll'> {
  return async (request) => {
    const { action } = request
    const at = cloud.at(placeOf(action.stage, action.key))
    const begun = intentOf(request)
    const revoked = begun === undefined ? await whyRevoked?.(request.release) : undefined
    if (revoked !== undefined) {
      return [refused(request, [{ cause: revoked, hint: 'Open a new release, or restore this one if it is good after all.' }])]
    }
    const intent = begun ?? (await intend(at, request))
    if ('type' in intent) return [intent]
    const lease = createLease(request, 'roll')
    const outcome = await withHooks(callHook, request, {
      during: 'roll',
      lease,
      imageId: action.imageId,
      mayBegin: intent.refresh === undefined && action.yieldTo === undefined,
      move: () => rolled(at, request, intent, lease),
      refused: request.release.lane === 'undo' ? undefined : (cause) => refused(request, [{ cause, hint: mendHook }]),
    })
    return [outcome]
  }
}

async function rolled(at: CloudAt, request: Request, intent: Intent, lease: Lease): Promise<ReleaseEvent> {
  const { target } = request.action
  if (target.karpenter !== undefined) return rollNodes(at, request, intent)
  const template =
    target.parameter === undefined ? await templateFor(at, request, intent) : { ok: true as const, value: intent.previous }
  if (!template.ok) return failed(request, template.message, true)
  return eventOf(request, await move(at, request, { ...intent, lease }, template.value))
}

const mendHook = 'Mend what the hook says, or take it out of drover.yaml.'

/** What a roll goes by once it is in the ledger. */
interface Intent {
  readonly previous: NonNullable<Roll['previous']>
  readonly afterRefreshId: string | undefined
  readonly previousLimit: UnavailableLimit | undefined
  readonly begunAt: number
  readonly refresh: Roll['refresh']
}

function intentOf({ release, action }: Request): Intent | undefined {
  const roll = release.rolls.find(({ key, imageId }) => sameGroup(key, action.key) && imageId === action.imageId)
  if (roll?.previous === undefined || roll.step.state !== 'begun') return undefined
  const { previous, afterRefreshId, previousLimit, refresh } = roll
  return { previous, afterRefreshId, previousLimit, begunAt: roll.step.begun.at, refresh }
}

async function intend(at: CloudAt, request: Request): Promise<Intent | ReleaseEvent> {
  const { key, stage, target, imageId } = request.action
  const asked = { ...target, imageId, volumeKey: volumeKeyOf(stage, target) }
  const facts = await readFacts(at, asked, besideOf(request, target))
  if (!facts.ok) return failed(request, facts.message, true)
  const { lane, rolls, renews } = request.release
  const undoes = lane === 'undo'
  const order: RollOrder = { stage, target, recorded: true, ...(renews && { renews: true }), ...(undoes && { undoes }) }
  const refusals = preflight(facts.value, order)
  const known = rolls.find((one) => sameGroup(one.key, key))
  if (undoes && mayWait(refusals, facts.value, known)) {
    return { type: 'roll.awaits-room', group: key, cause: refusals.map(({ cause }) => cause).join('; ') }
  }
  if (refusals.length > 0) return refused(request, refusals)
  for (const cause of onlyTold(facts.value, order)) request.log(`${key.region}/${key.group} goes back all the same: ${cause}`)
  const ordered = known?.hand?.orderedBy
  // Whoever undoes has given their word.
  if (!undoes && facts.value.group !== undefined && isByHand(facts.value.group) && ordered === undefined) {
    return { type: 'roll.awaits-hand', group: key }
  }
  const isPlain = target.parameter === undefined || renews !== undefined
  const plain = { previous: previousOf(facts.value, target), afterRefreshId: renews && facts.value.refreshes[0]?.id }
  const start = isPlain ? { ok: true as const, value: plain } : await byParameter(at, request, facts.value)
  if (!start.ok) return failed(request, start.message, true)
  if ('type' in start.value) return start.value
  const { previous, afterRefreshId } = start.value
  const previousLimit = changedLimit(target, facts.value)
  const marks = { ...(afterRefreshId && { afterRefreshId }), ...(previousLimit && { previousLimit }) }
  await request.record({ type: 'roll.intended', group: key, imageId, previous, token: request.token, ...marks })
  return { previous, afterRefreshId, previousLimit, begunAt: request.clock.now(), refresh: undefined }
}

/** A group for which nothing but room is missing waits for it: as long as others go first, and a while beyond. */
function mayWait(refusals: readonly Refusal[], { beside }: PreflightFacts, known: Roll | undefined): boolean {
  if (refusals.length === 0 || !refusals.every(({ lacksRoom }) => lacksRoom)) return false
  return beside !== undefined || known?.room === undefined || !isGivenUp(known.room.failing)
}

/** What is rolled by a parameter leaves no version of its own to know the refresh by, and does not begin without all it moves. */
async function byParameter(
  at: CloudAt,
  request: Request,
  facts: PreflightFacts,
): Promise<CloudOutcome<Pick<Intent, 'previous' | 'afterRefreshId'> | ReleaseEvent>> {
  const refusals = await sharersRefuse(at, request)
  if (!refusals.ok) return refusals
  if (refusals.value.length > 0) return { ok: true, value: refused(request, refusals.value) }
  const imageId = await previousImage(at, request, facts)
  if (!imageId.ok) return imageId
  return {
    ok: true,
    value: {
      previous: { ...previousOf(facts, request.action.target), imageId: imageId.value },
      afterRefreshId: facts.refreshes[0]?.id,
    },
  }
}

/** The preflight has refused a group without a template. */
function previousOf(
  { template, parameter }: PreflightFacts,
  target: GroupTarget,
): TemplateVersion & { readonly imageId: string | undefined } {
  if (target.karpenter !== undefined) return asTemplate(target.parameter, parameter)
  assert(template !== undefined, 'the preflight let a group without a template through')
  return { templateId: template.templateId, version: template.version, imageId: template.imageId }
}

/**
 * The version made for this very roll: its description and client token name it, so a repeat gives the same one. A renewal makes
 * none: the group stays on what it launches. But EKS replaces machines for another version only, whatever that says.
 */
async function templateFor(at: CloudAt, request: Request, intent: Intent): Promise<CloudOutcome<TemplateVersion>> {
  if (intent.refresh !== undefined) return { ok: true, value: intent.refresh.template }
  const { release, action, token } = request
  if (release.renews && action.target.nodeGroup === undefined) return { ok: true, value: intent.previous }
  const description = `drover ${release.id} ${token}`
  return at.createTemplateVersion({ source: intent.previous, imageId: action.imageId, description, clientToken: token })
}

async function move(
  at: CloudAt,
  request: Request,
  intent: Intent & { readonly lease: Lease },
  { templateId, version }: TemplateVersion,
): Promise<MoveEnd> {
  const { action, clock, signal } = request
  const { key, target } = action
  const template = { templateId, version }
  let known = intent.refresh?.refreshId
  const context: MoveContext = {
    at,
    clock,
    signal,
    log: (line) => request.log(`${key.region}/${key.group}: ${line}`),
    looking: intent.lease.renew,
    started: (refreshId, parameterVersion) => {
      known = refreshId
      const written = parameterVersion === undefined ? {} : { parameterVersion }
      return request.record({ type: 'roll.started', group: key, template, refreshId, ...written })
    },
  }
  const { imageId } = intent.previous
  const planned: Move = {
    group: key,
    policy: target.roll,
    target: template,
    previous: intent.previous,
    // A renewal writes no parameter: its machines come up on what this holds.
    ...(request.release.renews ? { renews: true as const } : parameterMove(target, action.imageId, imageId)),
    ...nodeGroupMove(target, request.token, action.imageId, imageId),
    refreshId: known,
    afterRefreshId: intent.afterRefreshId,
    ...(action.yieldTo === undefined ? {} : { yieldTo: action.yieldTo }),
    deadlineAt: intent.begunAt + target.roll.deadlineMs,
  }
  const end = await makeMove(context, planned)
  const back = target.nodeGroup ? await nodesBack(context, request, planned, end) : undefined
  return back ? putBack(context, planned, intent.previousLimit, back) : wayBack(context, request, planned, end, known)
}

function eventOf(request: Request, end: MoveEnd): ReleaseEvent {
  if (end.kind === 'failed') return failed(request, end.cause, end.undone)
  return { type: 'roll.finished', group: request.action.key, refreshId: end.refreshId, replaced: end.replaced }
}

function failed({ action }: Request, cause: string, undone: boolean): ReleaseEvent {
  return { type: 'roll.failed', group: action.key, cause, undone }
}

function refused({ action }: Request, refusals: readonly Refusal[]): ReleaseEvent {
  const cause = refusals.map((refusal) => refusal.cause).join('; ')
  const hint = refusals.map((refusal) => refusal.hint.replace(/\.$/, '')).join('; ')
  return { type: 'roll.refused', group: action.key, cause, hint }
}
