// Nodes that Karpenter makes: the parameter that their EC2NodeClass names is written, and what it does then is left to Karpenter.

import { assert } from '../kernel/index.ts'
import type { Clock, CloudAt, ImageParameter, TemplateVersion } from '../ports/index.ts'
import type { GroupTarget, PerformerRequest, ReleaseEvent, Roll } from '../release/index.ts'
import { yielded } from './decide-move.ts'
import { machinesThere } from './group-now.ts'
import { writeImage } from './image-parameter.ts'

type PlacedVersion = NonNullable<Roll['previous']>

/** What stands in the ledger where other groups have a version of their template: the parameter and its version. */
export function asTemplate(parameter: string | undefined, held: ImageParameter | undefined): PlacedVersion {
  assert(parameter !== undefined && held !== undefined, 'the preflight let nodes of Karpenter without a parameter through')
  return { templateId: parameter, version: held.version, imageId: held.value }
}

/** Of Systems Manager's own writing for a version of a parameter: `NAME:VERSION`. It stands where other rolls have a refresh. */
function writtenAs({ templateId, version }: TemplateVersion): string {
  return `${templateId}:${version}`
}

/** It has ended when the parameter holds the image: no machine is waited for. One that is taken over or revoked is set back. */
export async function rollNodes(
  at: CloudAt,
  request: PerformerRequest<'roll'>,
  { previous, refresh }: { readonly previous: PlacedVersion; readonly refresh: Roll['refresh'] },
): Promise<ReleaseEvent> {
  const { action, clock, log } = request
  const { key, target, imageId, yieldTo } = action
  const name = previous.templateId
  if (yieldTo !== undefined) return setBack({ at, clock }, request, previous, yielded(yieldTo))
  const written = await writeImage({ at, clock }, name, imageId)
  if (!written.ok) return setBack({ at, clock }, request, previous, written.message)
  const template = { templateId: name, version: written.value.version }
  const refreshId = writtenAs(template)
  // Said once: two runners at it would else each overtake the other with the same word, and neither come to its end.
  if (refresh?.refreshId !== refreshId) {
    await request.record({ type: 'roll.started', group: key, template, refreshId, parameterVersion: template.version })
  }
  const where = `${key.region}/${key.group}`
  log(
    `${where}: ${name} holds ${imageId} in version ${template.version}; Karpenter replaces the nodes by its own budgets, ${heldBack}`,
  )
  const left = await machinesLeft(at, target, imageId)
  if (left !== undefined) log(`${where}: ${left}`)
  return { type: 'roll.finished', group: key, refreshId, replaced: 0 }
}

/** An undo goes no further back: what it came from is no better. */
async function setBack(
  context: { readonly at: CloudAt; readonly clock: Clock },
  { action, release }: PerformerRequest<'roll'>,
  { templateId, imageId }: PlacedVersion,
  cause: string,
): Promise<ReleaseEvent> {
  const failed = { type: 'roll.failed' as const, group: action.key }
  if (release.lane === 'undo' || imageId === undefined) return { ...failed, cause, undone: false }
  const back = await writeImage(context, templateId, imageId)
  if (back.ok) return { ...failed, cause, undone: true }
  return { ...failed, cause: `${cause}; the parameter could not be set back: ${back.message}`, undone: false }
}

/** After a stage has failed: what the parameter held before, whatever Karpenter has made of it until then. */
export async function undoNodes(
  at: CloudAt,
  { action, clock, log }: PerformerRequest<'undo-roll'>,
  imageId: string | undefined,
): Promise<ReleaseEvent> {
  const { key, target, previous } = action
  const name = previous.templateId
  if (imageId === undefined) {
    return { type: 'undo.failed', group: key, cause: `what ${name} held before is not on record` }
  }
  const written = await writeImage({ at, clock }, name, imageId)
  if (!written.ok) return { type: 'undo.failed', group: key, cause: written.message }
  const left = await machinesLeft(at, target, imageId)
  if (left !== undefined)
    log(`${key.region}/${key.group}: undo: ${left}; Karpenter puts them back by its own budgets, ${heldBack}`)
  return { type: 'undo.finished', group: key, refreshId: writtenAs({ templateId: name, version: written.value.version }) }
}

/** Karpenter keeps what a parameter held for 24 hours, unless the image is deprecated [doc: aws/karpenter-provider-aws, pkg/cache/cache.go]. */
const heldBack = 'and may launch what it held before for up to 24h'

/** In words; undefined where all run it, or nobody could say. */
async function machinesLeft(at: CloudAt, target: GroupTarget, imageId: string): Promise<string | undefined> {
  const found = await machinesThere(at, target)
  if (!found.ok) return `its machines could not be counted: ${found.message}`
  const older = found.value.filter((machine) => machine.imageId !== imageId).length
  return older === 0 ? undefined : `${older} of ${found.value.length} machines still run another image`
}
