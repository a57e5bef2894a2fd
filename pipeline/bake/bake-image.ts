// One image: adopted if an earlier runner made it, followed if its Packer still runs, else baked.

import { newerRelease, prepareGuestBundle, readDatedRelease } from '../../hardening/index.ts'
import type { LentAccess, MachineImage } from '../ports/index.ts'
import type { BakeRequest } from './bake-request.ts'
import type { Bake } from './context.ts'
import { failureCause } from './failure-cause.ts'
import { keepImage, keepLog, keepResults } from './keep-evidence.ts'
import { finishedImage, isFinished, sweepLeftovers } from './leftovers.ts'
import { machineEnd } from './machine-end.ts'
import { type LogLine, parsePackerLog } from './packer-log.ts'
import { followPacker, startPacker } from './packer-process.ts'
import { planBake } from './plan.ts'
import { type RecordedPacker, recordedLease, recordedPacker, recordLease, removeWork, writePlan } from './work-folder.ts'

export type ImageOutcome = { readonly ok: true; readonly image: MachineImage } | { readonly ok: false; readonly cause: string }

/** Throws the signal's reason when interrupted, after everything temporary is gone. */
export async function bakeImage(bake: Bake): Promise<ImageOutcome> {
  const { context, request, work } = bake
  if (request.resumed) {
    const packer = await recordedPacker(work, context.files)
    if (packer !== undefined && (await context.exec.isAlive(packer))) {
      request.log(`Packer (pid ${packer.pid}) is still at work: following it`)
      return await follow(bake, packer, await lendAgain(bake))
    }
    const adopted = await adoptFinished(bake)
    if (adopted !== undefined) return adopted
    if (request.release.ending) return { ok: false, cause: 'the bake was interrupted, and the release has ended since' }
  }
  const root = await rootDeviceOf(bake)
  if ('cause' in root) return { ok: false, cause: root.cause }
  const access = await context.cloud.lend(bake.cloud.place)
  if (!access.ok) return { ok: false, cause: `there are no credentials for Packer: ${access.message}` }
  const packer = await start(bake, root.device, access.value).catch(async (error: unknown) => {
    await access.value.end()
    throw error
  })
  return await follow(bake, packer, access.value)
}

/** An earlier runner's Packer goes on asking where that runner answered it. */
async function lendAgain({ context, request, cloud, work }: Bake): Promise<LentAccess | undefined> {
  const lease = await recordedLease(work, context.files)
  if (lease === undefined) return undefined
  const access = await context.cloud.lend(cloud.place, lease)
  if (access.ok) return access.value
  request.log(`Packer can't renew its session, which lasts an hour: ${access.message}`)
  return undefined
}

/** The image an earlier runner's Packer finished, if its evidence is here too; else what it left is swept. */
async function adoptFinished(bake: Bake): Promise<ImageOutcome | undefined> {
  const { cloud, mark, request } = bake
  const found = await finishedImage(cloud, mark)
  if (!found.ok) return { ok: false, cause: `the image of the interrupted bake could not be looked up: ${found.message}` }
  const image = found.value
  if (image !== undefined && (await keepEverything(bake, image))) {
    request.log(`${image.id} was finished before the interruption: adopted`)
    await sweep(bake, image.id)
    return { ok: true, image }
  }
  request.log('nothing of the interrupted bake can be used')
  await sweep(bake, undefined)
  return undefined
}

async function rootDeviceOf({ cloud, base }: Bake): Promise<{ readonly device: string } | { readonly cause: string }> {
  const found = await cloud.describeImage(base.imageId)
  if (!found.ok) return { cause: `the base ${base.imageId} can't be used any more: ${found.message}` }
  if (found.value.ownerAccount !== base.ownerAccount) {
    return { cause: `the base ${base.imageId} belongs to ${found.value.ownerAccount}, not to ${base.ownerAccount} as pinned` }
  }
  return { device: found.value.rootDevice }
}

async function start(bake: Bake, rootDevice: string, { environment, lease }: LentAccess): Promise<RecordedPacker> {
  const { context, work, request } = bake
  await removeWork(work, context.files)
  await writePlan(planBake(await requestOf(bake, rootDevice)), work, context)
  await recordLease(lease, work, context.files)
  return await startPacker(context.tools, work, environment, { ...context, clock: request.clock })
}

async function requestOf(bake: Bake, rootDevice: string): Promise<BakeRequest> {
  const { context, request, family, base, work } = bake
  const { config, files, home, tools } = context
  const { release, clock } = request
  const hardening = await prepareGuestBundle(
    {
      profileFile: family.hardening.profileFile,
      family: family.name,
      contentDirectory: context.contentDirectory,
      workDirectory: `${work.path}/hardening`,
      nowMs: clock.now(),
    },
    { files },
  )
  return {
    family,
    images: config.images,
    release: { id: release.id, configCommit: release.config.commit, builtAt: new Date(clock.wallNow()).toISOString() },
    base,
    rootDevice,
    token: request.token,
    hardening,
    folders: { packer: `${home}/packer`, work: work.path },
    ansiblePlaybook: tools.ansiblePlaybook,
    pollSeconds: context.pollSeconds,
  }
}

/** Until Packer is gone; so long, and no longer, its access is renewed. */
async function follow(bake: Bake, packer: RecordedPacker, access: LentAccess | undefined): Promise<ImageOutcome> {
  const { context, request, work } = bake
  const ports = { ...context, clock: request.clock }
  const watcher = { signal: request.signal, onLine: teller(bake) }
  const end = await followPacker(packer, work, ports, watcher).finally(() => access?.end())
  const outcome = end === 'ended' ? await judge(bake) : undefined
  if (outcome?.ok) return outcome
  await keepLog(work, bake.evidence, context)
  await sweep(bake, undefined)
  await removeWork(work, context.files)
  if (end === 'interrupted') throw request.signal.reason
  return outcome ?? { ok: false, cause: 'Packer did not come to an end and was stopped' }
}

async function judge(bake: Bake): Promise<ImageOutcome> {
  const { context, work, cloud } = bake
  const log = parsePackerLog((await context.files.readText(work.log)) ?? '')
  if (log.artifact === undefined) {
    const reason = await machineEnd(cloud, bake.mark)
    return { ok: false, cause: `${failureCause(log)}${reason === undefined ? '' : ` (${reason})`}` }
  }
  const found = await cloud.describeImage(log.artifact.imageId)
  if (!found.ok) return { ok: false, cause: `Packer made ${log.artifact.imageId}, but ${found.message}` }
  if (!isFinished(found.value)) {
    const { id, state, encrypted, imdsSupport } = found.value
    return { ok: false, cause: `${id} is not as it must be: ${state}, encrypted ${encrypted}, IMDS ${imdsSupport ?? 'v1'}` }
  }
  if (!(await keepEverything(bake, found.value))) return { ok: false, cause: 'no results came back from the build machine' }
  return { ok: true, image: found.value }
}

/** False when the build machine's results are neither in the work folder nor kept already. */
async function keepEverything({ context, work, evidence, request }: Bake, image: MachineImage): Promise<boolean> {
  await keepLog(work, evidence, context)
  if (!(await keepResults(work, evidence, context)) && (await context.files.kind(`${evidence}/packages.tsv`)) === 'missing')
    return false
  await keepImage(image, evidence, context)
  for (const line of newerRelease(await readDatedRelease(context.files, evidence))) request.log(line)
  return true
}

async function sweep({ cloud, mark, request }: Bake, keepImageId: string | undefined): Promise<void> {
  for (const left of await sweepLeftovers(cloud, mark, request.clock, keepImageId)) request.log(`left behind: ${left}`)
}

/** Longest time without a word to the person watching. */
const silenceMs = 8_000

// Steps are told as they come; of what a step prints, a line now and then shows that it lives.
function teller({ request }: Bake): (line: LogLine) => void {
  let toldAt = request.clock.wallNow()
  return ({ kind, text }) => {
    const now = request.clock.wallNow()
    if (kind !== 'step' && now - toldAt < silenceMs) return
    toldAt = now
    request.log(text.replaceAll(/\/\S+\//g, ''))
  }
}
