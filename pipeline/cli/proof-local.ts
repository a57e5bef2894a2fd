// The same proof against a local cloud in this process, its machines pretended, its time hurried: what AWS is compared with.

import { createWorldBuilder } from '../aws/index.ts'
import { debianAccount } from '../config/index.ts'
import { createSimulatedMachines, startLocalCloud } from '../localcloud/index.ts'
import { type ProofPlan, type ProofRun, sandboxParameter } from '../proof/index.ts'
import { createHurriedClock, createRandom } from '../system/index.ts'
import { runProofAt } from './proof-at.ts'

/** Debian's own, as on AWS. */
/** An hour in half a minute: pauses stay long beside what an answer takes. */
const times = 120

export interface LocalProof {
  readonly plan: ProofPlan
  readonly directory: string
  /** The other side baked its image: the calls that make this one's are traced apart. */
  readonly apart: boolean
}

/** Its image is a copy, also where the other side's is baked: nothing can be baked on a machine that is pretended. */
export async function proveLocally({ plan, directory, apart }: LocalProof, signal: AbortSignal): Promise<ProofRun> {
  const clock = createHurriedClock(times)
  const random = createRandom()
  const { account, region } = plan.place
  const local = await startLocalCloud({
    clock,
    random,
    homeAccount: account,
    machines: (now) => createSimulatedMachines({ now }),
  })
  try {
    const seeded = { owner: debianAccount, name: 'debian-13-amd64-proof', regions: [region] as [string], rootDirectory: '/proof' }
    await local.admin.call('seed-image', seeded as never)
    const options = { clock, random, sessionName: 'proof', endpoint: local.endpoint, credentials: async () => local.credentials }
    await createWorldBuilder(options).putParameter(plan.place, sandboxParameter, 'yes', false)
    const { baked: _baked, ...copied } = plan
    const request = { plan: copied, ceilingUsd: Number.POSITIVE_INFINITY, image: undefined, dryRun: false }
    const side = { name: 'local', directory, options, say: () => undefined, onProgress: () => undefined, apart }
    return await runProofAt(side, request, signal)
  } finally {
    await local.close()
  }
}
