// In place of Packer and the verification, which reach into machines: an image copied, and a machine of it started and ended.

import { countStatuses } from '../../hardening/index.ts'
import type { CloudAt, CloudOutcome, MachineInstance } from '../ports/index.ts'
import type { Performer, PerformerRequest, PinnedBase, ScanCounts } from '../release/index.ts'
import { tagsOf } from './plan.ts'

const pollMs = 15_000
const imageDeadlineMs = 60 * 60_000
const bootDeadlineMs = 10 * 60_000

/** Nobody has scanned it, and no rule counts as met. */
const unscanned: ScanCounts = countStatuses([])

export interface CopyOrder {
  readonly id: string
  readonly at: CloudAt
  readonly base: PinnedBase
}

/** The release's image: a copy of the base, which the account owns and no group runs yet. */
export function bakeByCopy({ id, at, base }: CopyOrder): Performer<'bake'> {
  return async (request) => {
    const { release, token } = request
    const copied = await at.copyImage({
      sourceImageId: base.imageId,
      sourceRegion: at.place.region,
      name: `drover-proof-${id}-${release.id}`,
      description: `copied by the proof ${id}`,
      tags: { ...tagsOf(id), 'drover:release': release.id },
      clientToken: token,
    })
    if (!copied.ok) return [{ type: 'bake.failed', cause: copied.message }]
    const { imageId } = copied.value
    const made = await until(
      request,
      imageDeadlineMs,
      () => at.describeImage(imageId),
      ({ state }) => state !== 'pending',
    )
    if (!made.ok || made.value.state !== 'available') {
      return [
        { type: 'bake.failed', cause: made.ok ? `the copy of ${base.imageId} came to be ${made.value.state}` : made.message },
      ]
    }
    const image = { architecture: base.architecture, imageId, name: made.value.name, region: at.place.region }
    return [{ type: 'bake.finished', images: [image], before: unscanned, after: unscanned, evidence: [] }]
  }
}

/** That a machine of it starts; what is in it, nobody looks at. */
export function verifyByStarting({ id, at }: CopyOrder, instanceType: string): Performer<'verify'> {
  return async (request) => {
    const { release, token, log } = request
    const imageId = release.bake.state === 'finished' ? release.bake.result.images[0]?.imageId : undefined
    const firewalls = await at.findSecurityGroups(tagsOf(id))
    if (!firewalls.ok) return [{ type: 'verify.failed', cause: firewalls.message }]
    const securityGroupIds = firewalls.value.slice(0, 1).map((firewall) => firewall.id)
    const network = await at.defaultNetwork()
    if (!network.ok) return [{ type: 'verify.failed', cause: network.message }]
    const [subnetId = ''] = network.value.subnetIds
    const order = { imageId: imageId ?? '', instanceType, subnetId, securityGroupIds, tags: tagsOf(id), clientToken: token }
    const launched = await at.launch(order)
    if (!launched.ok) return [{ type: 'verify.failed', cause: launched.message }]
    const machine = launched.value.id
    log(`${machine} is started, to see that the image boots`)
    const started = await until(
      request,
      bootDeadlineMs,
      () => describe(at, machine),
      ({ state }) => state !== 'pending',
    )
    const ended = await at.terminate([machine])
    if (!started.ok) return [{ type: 'verify.failed', cause: started.message }]
    if (!ended.ok) return [{ type: 'verify.failed', cause: ended.message }]
    const { state } = started.value
    const reasons = state === 'running' ? [] : [`a machine of the image came to be ${state}`]
    const verdict = reasons.length === 0 ? 'pass' : 'refuse'
    return [{ type: 'verify.finished', verdict, reasons, counts: unscanned, evidence: [] }]
  }
}

async function describe(at: CloudAt, id: string): Promise<CloudOutcome<MachineInstance>> {
  const found = await at.describeInstances({ ids: [id] })
  if (!found.ok) return found
  const [machine] = found.value
  if (machine !== undefined) return { ok: true, value: machine }
  return { ok: false, kind: 'not-found', code: 'NotFound', message: `${id} is not shown` }
}

/** What was just made is not seen at once everywhere: that it is not found counts only at the end. */
async function until<Value>(
  { clock, signal }: Pick<PerformerRequest, 'clock' | 'signal'>,
  deadlineMs: number,
  look: () => Promise<CloudOutcome<Value>>,
  isDone: (value: Value) => boolean,
): Promise<CloudOutcome<Value>> {
  for (const startedAt = clock.now(); ; ) {
    const seen = await look()
    if (seen.ok && isDone(seen.value)) return seen
    if (!seen.ok && seen.kind !== 'not-found') return seen
    if (clock.now() - startedAt >= deadlineMs) return seen
    await clock.pause(pollMs, signal)
  }
}
