// Bakes and verifies a configuration's family in the sandbox of a proof, with the performers of a real release.

import { fileURLToPath } from 'node:url'
import { checkReach, createBake, resolveBases } from '../bake/index.ts'
import { readOrigin } from '../config/index.ts'
import { ProblemError } from '../kernel/index.ts'
import type { Cloud, CloudAt, Exec, Files } from '../ports/index.ts'
import { type Baking, needRoomFor, type Sandboxed, type SandboxWish, sandboxed } from '../proof/index.ts'
import type { ConfigOrigin } from '../release/index.ts'
import { createExec } from '../system/index.ts'
import { createVerify } from '../verify/index.ts'
import { needTool, type Tools } from './tools.ts'
import { bakeTools, needConfig } from './wiring.ts'

/** What a proof is to bake, and with what. */
export interface ProofBake extends Sandboxed {
  readonly origin: ConfigOrigin
  readonly exec: Exec
  readonly contentDirectory: string
  readonly tools: ReturnType<typeof bakeTools>
  readonly secretScanner: NonNullable<Tools['gitleaks']>
  /** Seconds between Packer's looks at the cloud. */
  readonly pollSeconds: number
}

/** Throws a ProblemError with what is wrong in the configuration, can't be had in a sandbox, or is not installed. */
export async function needBake(configFile: string, wish: SandboxWish, tools: Tools): Promise<ProofBake> {
  const exec = createExec()
  const config = await needConfig(configFile)
  const { origin } = await readOrigin(exec, config)
  return {
    ...sandboxed(config, wish),
    origin,
    exec,
    contentDirectory: needTool(tools, 'content').directory,
    tools: bakeTools(tools),
    secretScanner: needTool(tools, 'gitleaks'),
    pollSeconds: 15,
  }
}

export interface BakingPorts {
  readonly cloud: Cloud
  readonly files: Files
  /** The proof's folder of that side: work is done in it, and evidence kept. */
  readonly directory: string
  readonly say: (line: string) => void
}

export function createBaking(bake: ProofBake, { cloud, files, directory, say }: BakingPorts): Baking {
  const { config, family, exec, contentDirectory, secretScanner } = bake
  const at = cloud.at(config.images)
  const common = { config, cloud, exec, files, contentDirectory }
  return {
    prepare: async () => {
      await needRoomFor(at, family)
      await needReach(bake, at, say)
      const [base] = await resolveBases(at, family)
      if (base === undefined) throw new ProblemError({ code: 'not-found', message: `${family.name} has no base` })
      return base
    },
    bake: createBake({ ...common, home, workDirectory: `${directory}/bake`, tools: bake.tools, pollSeconds: bake.pollSeconds }),
    verify: createVerify({
      ...common,
      secretScanner,
      sessionPlugin: bake.tools.sessionPlugin,
      workDirectory: `${directory}/verify`,
      // A sandbox has no production.
      inProduction: async () => undefined,
    }),
  }
}

/** Where nobody names a subnet, AWS may choose any of the default network's. */
async function needReach(
  { config: { images }, exec, tools }: ProofBake,
  at: CloudAt,
  say: (line: string) => void,
): Promise<void> {
  const network = images.subnetId === undefined ? await at.defaultNetwork() : undefined
  const subnets = network?.ok ? network.value.subnetIds : [images.subnetId]
  for (const subnetId of subnets) {
    const asked = subnetId === undefined ? images : { ...images, subnetId }
    const { refusals, unasked } = await checkReach({
      images: asked,
      cloud: at,
      exec,
      sessionPlugin: tools.sessionPlugin,
      isRehearsal: false,
    })
    for (const line of unasked) say(line)
    if (refusals.length === 0) continue
    throw new ProblemError(
      refusals.map(({ code, cause, hint }) => ({
        code,
        message: cause,
        hint: images.reach === 'public' ? waysToBePublic : hint,
      })),
    )
  }
}

const waysToBePublic =
  'name one that does, and that leads to an internet gateway (--subnet), or run it inside the network (--reach private)'

const home = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
