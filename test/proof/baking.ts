// What a proof bakes in a test: a family of a real configuration, by a Packer that is played, on machines whose answers the test gives.

import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { needBake, type ProofBake } from '../../pipeline/cli/proof-baking.ts'
import type { ProofWish } from '../../pipeline/cli/prove.ts'
import { cacheDirectory, readTools } from '../../pipeline/cli/tools.ts'
import type { SandboxWish } from '../../pipeline/proof/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { scan } from '../hardening/mini.ts'
import { type Answer, execWith } from '../verify/machine-answers.ts'
import { plan, type Sandbox } from './sandbox.ts'

export const small = pathOf('../machines/small-world/drover.yaml')
export const eks = pathOf('../../docs/examples/eks/drover.yaml')
export const acme = pathOf('../../docs/examples/acme/drover.yaml')

function pathOf(relative: string): string {
  return new URL(relative, import.meta.url).pathname
}

export const wish: SandboxWish = {
  id: plan.id,
  place: plan.place,
  family: 'steady',
  reach: 'private',
  runnerCidrs: undefined,
  instanceType: 't3.medium',
  subnetId: undefined,
  instanceProfile: undefined,
}

export async function bakeOf(configFile: string, over: Partial<SandboxWish> = {}): Promise<ProofBake> {
  return needBake(configFile, { ...wish, ...over }, await readTools(createFiles(), cacheDirectory(process.env)))
}

/** Where the played Packer finds what to do, and tells what it was told. */
export interface Stage {
  readonly directory: string
  readonly wish: Partial<ProofWish>
}

/** `answer`: of the machines, to ssh and scp. */
export async function openStage(sandbox: Sandbox, mode: 'succeeds' | 'fails', answer: Answer = () => undefined): Promise<Stage> {
  const directory = await mkdtemp(join(sandbox.directory, 'packer-'))
  await writeFile(`${directory}/mode`, mode)
  await writeFile(`${directory}/facts.json`, JSON.stringify(scan().facts))
  process.env.PLAYED_PACKER = directory
  process.env.AWS_EC2_METADATA_DISABLED = 'true'
  const real = await bakeOf(small)
  const tools = { ...real.tools, packer: pathOf('play-packer.sh') }
  const bake = { ...real, tools, exec: execWith(answer), pollSeconds: 1 }
  // While the played Packer starts, hours of virtual time go by: they are not to end the proof.
  return { directory, wish: { bake, plan: plannedFor(bake), ceilingUsd: 100 } }
}

export function plannedFor({ family, config }: ProofBake) {
  const isNode = family.kind !== 'debian'
  return {
    ...plan,
    baked: { family: family.name, instanceType: config.images.instanceType.x86_64, reach: config.images.reach, isNode },
  }
}
