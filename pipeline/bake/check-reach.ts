// Whether the runner can get to a build machine the way the configuration says, as far as it can be known before there is one.

import type { ImagesAccount } from '../config/index.ts'
import type { CloudAt, Exec } from '../ports/index.ts'

export interface ReachRefusal {
  readonly code: 'missing-tool' | 'refused'
  readonly cause: string
  readonly hint: string
}

export interface ReachOutlook {
  readonly refusals: readonly ReachRefusal[]
  /** What could not be asked; one sentence each. */
  readonly unasked: readonly string[]
}

export interface ReachQuestion {
  readonly images: Pick<ImagesAccount, 'reach' | 'subnetId'>
  readonly cloud: CloudAt
  readonly exec: Exec
  /** The local cloud's machines are beside the runner, whatever address they go by. */
  readonly isRehearsal: boolean
  /** AWS's program at this end of a session, by path or by name. */
  readonly sessionPlugin: string
}

/** A private address is only reached from inside, and nothing tells where a runner's routes lead: that is not asked. */
export async function checkReach(question: ReachQuestion): Promise<ReachOutlook> {
  const { reach } = question.images
  if (reach === 'ssm') return { refusals: await throughSession(question), unasked: [] }
  if (reach === 'public' && !question.isRehearsal) return onPublicAddress(question)
  return { refusals: [], unasked: [] }
}

async function throughSession({ exec, sessionPlugin }: ReachQuestion): Promise<readonly ReachRefusal[]> {
  const found = await exec.run({ argv: [sessionPlugin, '--version'], timeoutMs: 10_000 })
  if (found.ok) return []
  const cause = `\`reach: ssm\` needs session-manager-plugin on the runner: ${found.message}`
  const hint = 'Install AWS’s Session Manager plugin, or have it built by ./scripts/setup session, or choose another reach.'
  return [{ code: 'missing-tool', cause, hint }]
}

/** Packer asks for an address by itself; the fresh machines that are verified get theirs from the subnet. */
async function onPublicAddress({ images: { subnetId }, cloud }: ReachQuestion): Promise<ReachOutlook> {
  // Subnets of the default network give every machine one, unless somebody has changed that.
  if (subnetId === undefined) return { refusals: [], unasked: [] }
  const found = await cloud.subnets([subnetId])
  if (!found.ok && found.kind === 'not-found') {
    return refused(`the build machines' subnet is not there: ${found.message}`, 'Correct `images.subnet`.')
  }
  if (!found.ok) return { refusals: [], unasked: [`whether ${subnetId} gives public addresses is not known: ${found.message}`] }
  if (found.value[0]?.givesPublicAddresses) return { refusals: [], unasked: [] }
  return refused(
    `\`reach: public\`, but ${subnetId} gives its machines no public addresses`,
    'Name a subnet that does (MapPublicIpOnLaunch) and that leads to an internet gateway, or choose another reach.',
  )
}

function refused(cause: string, hint: string): ReachOutlook {
  return { refusals: [{ code: 'refused', cause, hint }], unasked: [] }
}
