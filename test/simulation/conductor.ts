// Production's performers over a simulated cloud, but for what needs Packer and a machine to look at.

import { createApprovalRequest, createCopy, createExposure, createShare, createTests } from '../../pipeline/promote/index.ts'
import type { Performer } from '../../pipeline/release/index.ts'
import { createFleetCheck, createRoll, createUndoRoll } from '../../pipeline/roll/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { aConductor, type TestConductor } from '../support/conductor-context.ts'
import { scanCounts } from '../support/factories.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { createScriptedWorld } from '../support/scripted-performers.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'
import type { SimulatedCloud } from './local-cloud.ts'

interface Around {
  readonly ledger: MemoryLedger
  readonly clock: VirtualClock
  /** What the machines' web server answers. */
  readonly answerStatus: () => number
}

export function aConductorOn(cloud: SimulatedCloud, { ledger, clock, answerStatus }: Around): TestConductor {
  const ports = {
    cloud: cloud.cloud,
    exec: createExec(),
    probe: { get: async () => ({ ok: true as const, status: answerStatus() }) },
    drift: async () => ({ ok: false as const, message: 'no machine to scan' }),
  }
  return {
    ...aConductor({ ledger, clock }),
    performers: {
      bake: bakeByCopy(cloud),
      verify: createScriptedWorld().performers.verify,
      copy: createCopy(ports),
      share: createShare(ports),
      roll: createRoll(ports),
      'undo-roll': createUndoRoll(ports),
      'measure-exposure': createExposure(ports),
      'check-fleet': createFleetCheck(ports),
      test: createTests(ports),
      'request-approval': createApprovalRequest({ notifier: { send: async () => undefined } }),
    },
  }
}

/** In place of Packer: the vendor's newer image, copied into the images account. */
function bakeByCopy({ cloud, bakedFrom }: SimulatedCloud): Performer<'bake'> {
  return async ({ release, token, clock, signal }) => {
    const { home, kmsKeyIds } = release.policy
    const at = cloud.at(home)
    const copied = await at.copyImage({
      sourceImageId: bakedFrom,
      sourceRegion: home.region,
      name: release.id,
      description: 'baked',
      kmsKeyId: kmsKeyIds[home.region] ?? '',
      tags: { 'drover:release': release.id },
      clientToken: token,
    })
    if (!copied.ok) return [{ type: 'bake.failed', cause: copied.message }]
    const { imageId } = copied.value
    for (;;) {
      const image = await at.describeImage(imageId)
      if (image.ok && image.value.state === 'available') break
      await clock.pause(15_000, signal)
    }
    const images = [{ architecture: 'x86_64', imageId, name: release.id, region: home.region }] as const
    return [{ type: 'bake.finished', images, before: scanCounts(), after: scanCounts(), evidence: [] }]
  }
}
