// The performer of `bake`: one image for each architecture, all of them or none.

import { readGuestResults } from '../../hardening/index.ts'
import type { Family } from '../config/index.ts'
import type { MachineImage } from '../ports/index.ts'
import type {
  BakedImage,
  EvidenceFile,
  Performer,
  PerformerRequest,
  PinnedBase,
  ReleaseEvent,
  ScanCounts,
} from '../release/index.ts'
import { bakeImage, type ImageOutcome } from './bake-image.ts'
import type { Bake, BakeContext } from './context.ts'
import { evidenceFolder, listEvidence } from './keep-evidence.ts'
import { sweepLeftovers } from './leftovers.ts'
import { removeWork, workFolderAt } from './work-folder.ts'

/** When it returns or throws, nothing temporary is left in the cloud; what could not be removed is named in the log. */
export function createBake(context: BakeContext): Performer<'bake'> {
  return async (request) => {
    const family = context.config.families.find(({ name }) => name === request.release.family)
    if (family === undefined) return [failed(`the configuration has no family ${request.release.family} any more`)]
    const bakes = request.action.bases.map((base) => bakeOf(context, request, family, base))
    const ends = await Promise.allSettled(bakes.map(bakeImage))
    const outcomes = ends.map(outcomeOf)
    const images = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.image] : []))
    const causes = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.cause]))
    const event = causes.length > 0 ? failed(causes.join('; ')) : await finished(context, request, family, images)
    for (const bake of bakes) await tidy(bake, causes.length > 0)
    return [event]
  }
}

// Only now: what the others made has been taken care of by then.
function outcomeOf(end: PromiseSettledResult<ImageOutcome>): ImageOutcome {
  if (end.status === 'rejected') throw end.reason
  return end.value
}

function bakeOf(context: BakeContext, request: PerformerRequest<'bake'>, family: Family, base: PinnedBase): Bake {
  const { release, token } = request
  return {
    context,
    request,
    family,
    base,
    cloud: context.cloud.at(context.config.images),
    mark: { token, architecture: base.architecture, releaseId: release.id },
    work: workFolderAt(`${context.workDirectory}/${token}-${base.architecture}`),
    evidence: `${request.evidenceDirectory}/${evidenceFolder(base.architecture)}`,
  }
}

async function finished(
  context: BakeContext,
  { evidenceDirectory, clock }: PerformerRequest<'bake'>,
  family: Family,
  images: readonly MachineImage[],
): Promise<ReleaseEvent> {
  const { profileFile } = family.hardening
  const reading = { profileFile, contentDirectory: context.contentDirectory, nowMs: clock.now() }
  const scans: { readonly before: ScanCounts; readonly after: ScanCounts }[] = []
  const evidence: EvidenceFile[] = []
  for (const { architecture } of images) {
    const folder = evidenceFolder(architecture)
    scans.push(await readGuestResults(`${evidenceDirectory}/${folder}/hardening`, reading, context))
    evidence.push(...(await listEvidence(evidenceDirectory, folder, context.files)))
  }
  const worst = scans.reduce((a, b) => (b.after.failed > a.after.failed ? b : a))
  return { type: 'bake.finished', images: images.map((image) => bakedImage(image, context)), ...worst, evidence }
}

function bakedImage({ architecture, id, name }: MachineImage, { config }: BakeContext): BakedImage {
  return { architecture, imageId: id, name, region: config.images.region }
}

// An image whose sister failed is of no release, so it goes too.
async function tidy({ cloud, mark, work, request, context }: Bake, all: boolean): Promise<void> {
  if (all) for (const left of await sweepLeftovers(cloud, mark, request.clock, undefined)) request.log(`left behind: ${left}`)
  await removeWork(work, context.files)
}

function failed(cause: string): ReleaseEvent {
  return { type: 'bake.failed', cause }
}
