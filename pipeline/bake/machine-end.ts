// Why the cloud ended a build machine: it keeps the reason for a while, and Packer does not ask for it.

import type { CloudAt } from '../ports/index.ts'
import type { BakeMark } from './leftovers.ts'
import { bakeTags } from './plan-variables.ts'

/** What Packer, or anybody else who has the right, asked for; the cause of that is in Packer's log. */
const askedFor = /^Client\.User/

/**
 * The cloud's words (`Client.InternalError: Client error on launch`, see
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html); undefined where it ended none, or can't be asked.
 */
export async function machineEnd(cloud: CloudAt, { token, architecture }: BakeMark): Promise<string | undefined> {
  const found = await cloud.describeInstances({ tags: bakeTags(token, architecture) })
  if (!found.ok) return undefined
  return found.value.find(({ stateReason }) => stateReason !== undefined && !askedFor.test(stateReason))?.stateReason
}
