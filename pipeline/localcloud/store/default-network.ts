// The default VPC of a place: made when the place is first seen, as AWS makes it with an account.

import type { SecurityGroup, Subnet, Vpc } from './network.ts'
import { zonesOf } from './region.ts'
import { type Draft, type PlaceKey, placeOf } from './state.ts'
import { quarters } from './subnet-range.ts'

/**
 * Makes the VPC, one subnet a zone and the default security group, unless they are there. All places share one flat real
 * network (`cidr`), as default VPCs of different accounts share one range on AWS; addresses are never given out twice.
 */
export function ensureDefaultNetwork(draft: Draft, place: PlaceKey, cidr: string): Vpc {
  const known = draft.rows(place, 'vpcs').find((vpc) => vpc.isDefault)
  if (known !== undefined) return known
  const vpc: Vpc = { id: draft.mint('vpc'), cidr, isDefault: true, tags: {} }
  draft.put(place, 'vpcs', vpc.id, vpc)
  const slices = quarters(cidr)
  zonesOf(placeOf(place).region).forEach((zone, index) => {
    const slice = slices[index]
    if (slice === undefined) return
    const subnet: Subnet = { id: draft.mint('subnet'), vpcId: vpc.id, zone, cidr: slice, isDefault: true, tags: {} }
    draft.put(place, 'subnets', subnet.id, subnet)
  })
  const group = defaultGroup(draft, vpc.id)
  draft.put(place, 'securityGroups', group.id, group)
  return vpc
}

/** Lets its own members in, and everything out. */
function defaultGroup(draft: Draft, vpcId: string): SecurityGroup {
  const id = draft.mint('sg')
  const all = { protocol: '-1', fromPort: -1, toPort: -1 }
  return {
    id,
    name: 'default',
    description: 'default VPC security group',
    vpcId,
    rules: [
      { ...all, id: draft.mint('sgr'), direction: 'ingress', groupId: id },
      { ...all, id: draft.mint('sgr'), direction: 'egress', cidr: '0.0.0.0/0' },
    ],
    tags: {},
  }
}
