// Whether a machine may tell Systems Manager that it is there, and open the channels of its sessions, by the role of its instance profile. [doc: setup-instance-permissions]

import { contextOf, ruling } from '../policies/index.ts'
import { roleArn } from '../store/account.ts'
import type { Instance } from '../store/instance.ts'
import { knownRole } from '../store/known-roles.ts'
import { type Draft, everywhere, type PlaceKey, placeOf } from '../store/state.ts'
import { ec2Arn } from './ec2-resources.ts'
import { policySets, principalFacts } from './standing.ts'
import { trustsService } from './trust.ts'

/** False without a profile, with one that is empty, and where its role is gone, does not trust EC2 or lacks the right; a role nobody made may. */
export function mayRegister(draft: Draft, place: PlaceKey, instance: Instance): boolean {
  const { account, region } = placeOf(place)
  return mayDo(draft, place, instance, registering, ec2Arn({ account, region }, 'instance', instance.id))
}

/** The rights that sessions need of the machine [doc: getting-started-create-iam-instance-profile]; they are about no resource. */
export function mayOpenChannels(draft: Draft, place: PlaceKey, instance: Instance): boolean {
  return channelling.every((action) => mayDo(draft, place, instance, action, '*'))
}

const registering = 'ssm:UpdateInstanceInformation'
const channelling = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map(
  (action) => `ssmmessages:${action}`,
)

function mayDo(draft: Draft, place: PlaceKey, { id, instanceProfile }: Instance, action: string, resource: string): boolean {
  const { account, region } = placeOf(place)
  const name = draft.get(everywhere, 'instanceProfiles', `${account}/${instanceProfile}`)?.roleName
  if (name === undefined) return false
  const role = knownRole(draft, account, name)
  if (role === undefined) return true
  if (role.isDeleted || !trustsService(role, 'ec2.amazonaws.com')) return false
  const session = { role: name, policies: [], tags: {}, transitiveTagKeys: [] }
  const caller = { account, arn: roleArn(account, name), userId: `${role.id}:${id}`, isSession: true, session }
  const question = {
    action,
    resource,
    context: contextOf(principalFacts(draft, caller), { 'aws:RequestedRegion': region, 'aws:SecureTransport': 'true' }),
  }
  return policySets(draft, caller).every(({ documents }) => ruling(documents, question) === 'allowed')
}
