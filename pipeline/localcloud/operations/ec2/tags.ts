// CreateTags, DeleteTags and DescribeTags over every kind of EC2 resource this cloud has.

import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  ResourceType,
} from '@aws-sdk/client-ec2'
import { type Image, imageTags } from '../../store/image.ts'
import type { TableName } from '../../store/rows.ts'
import { type Draft, type PlaceKey, placeKey, placeOf } from '../../store/state.ts'
import { type Tags, tagsFrom } from '../../store/tags.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Fields, filtered } from '../filters.ts'
import { operation, required } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { findImage, mayLaunch } from './visible-image.ts'

type TaggedTable = Extract<
  TableName,
  'images' | 'snapshots' | 'volumes' | 'instances' | 'keyPairs' | 'securityGroups' | 'vpcs' | 'subnets' | 'launchTemplates'
>

/** Where the resources of an ID's prefix are, what EC2 calls them, and its code when one is not there. */
const kinds: readonly {
  readonly prefix: string
  readonly table: TaggedTable
  readonly type: ResourceType
  readonly missing: string
}[] = [
  { prefix: 'ami-', table: 'images', type: 'image', missing: 'InvalidAMIID.NotFound' },
  { prefix: 'snap-', table: 'snapshots', type: 'snapshot', missing: 'InvalidSnapshot.NotFound' },
  { prefix: 'vol-', table: 'volumes', type: 'volume', missing: 'InvalidVolume.NotFound' },
  { prefix: 'i-', table: 'instances', type: 'instance', missing: 'InvalidInstanceID.NotFound' },
  { prefix: 'key-', table: 'keyPairs', type: 'key-pair', missing: 'InvalidKeyPair.NotFound' },
  { prefix: 'sg-', table: 'securityGroups', type: 'security-group', missing: 'InvalidGroup.NotFound' },
  { prefix: 'vpc-', table: 'vpcs', type: 'vpc', missing: 'InvalidVpcID.NotFound' },
  { prefix: 'subnet-', table: 'subnets', type: 'subnet', missing: 'InvalidSubnetID.NotFound' },
  { prefix: 'lt-', table: 'launchTemplates', type: 'launch-template', missing: 'InvalidLaunchTemplateId.NotFound' },
]

export const createTags = operation<CreateTagsRequest, object>({
  handles: ['Resources', 'Tags'],
  run({ input, draft, place }) {
    const added = tagsFrom(required(input.Tags, 'Tag'))
    const reserved = Object.keys(added).find((key) => key.toLowerCase().startsWith('aws:'))
    if (reserved !== undefined)
      throw new ApiFault('InvalidParameterValue', `Tag keys starting with 'aws:' are reserved for internal use: ${reserved}`)
    for (const id of required(input.Resources, 'ResourceId')) {
      retag(draft, place, id, (tags) => {
        const all = { ...tags, ...added }
        if (Object.keys(all).length > 50)
          throw new ApiFault('TagLimitExceeded', `The maximum number of Tags for a resource has been reached: ${id}`)
        return all
      })
    }
    return {}
  },
})

/** Without tags every one goes; with a value only where it is that value; without, whatever its value [doc: DeleteTags]. */
export const deleteTags = operation<DeleteTagsRequest, object>({
  handles: ['Resources', 'Tags'],
  run({ input, draft, place }) {
    const isGone = (key: string, value: string) =>
      input.Tags === undefined || input.Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value))
    for (const id of required(input.Resources, 'ResourceId')) {
      retag(draft, place, id, (tags) => Object.fromEntries(Object.entries(tags).filter(([key, value]) => !isGone(key, value))))
    }
    return {}
  },
})

function retag(draft: Draft, place: PlaceKey, id: string, change: (tags: Tags) => Tags): void {
  if (id.startsWith('eni-')) {
    retagInterface(draft, place, id, change)
    return
  }
  const kind = kinds.find(({ prefix }) => id.startsWith(prefix))
  if (kind === undefined) throw new ApiFault('InvalidID', `The ID '${id}' is not valid`)
  const [key, row] = rowOf(draft, place, kind.table, id)
  const shared = kind.table === 'images' && row === undefined ? sharedImage(draft, place, id) : undefined
  if (shared) {
    const { account } = placeOf(place)
    const guestTags = { ...shared.guestTags, [account]: change(imageTags(shared, account)) }
    draft.change(placeKey(shared.owner, shared.region), 'images', id, { guestTags })
    return
  }
  if (row === undefined) throw new ApiFault(kind.missing, `The ${kind.type} ID '${id}' does not exist`)
  draft.change(place, kind.table, key, { tags: change(row.tags) })
}

/** "You can tag public or shared resources, but the tags you assign are available only to your AWS account" [doc: Using_Tags]. */
function sharedImage(draft: Draft, place: PlaceKey, id: string): Image | undefined {
  const { account, region } = placeOf(place)
  const image = findImage(draft, region, id)
  return image && mayLaunch(draft, image, account) ? image : undefined
}

/** Key pairs are kept by name, everything else by ID. */
function rowOf(draft: Draft, place: PlaceKey, table: TaggedTable, id: string): [string, { readonly tags: Tags } | undefined] {
  if (table !== 'keyPairs') return [id, draft.get(place, table, id)]
  const pair = draft.rows(place, 'keyPairs').find((one) => one.id === id)
  return [pair?.name ?? id, pair]
}

function retagInterface(draft: Draft, place: PlaceKey, id: string, change: (tags: Tags) => Tags): void {
  const instance = draft.rows(place, 'instances').find((one) => one.networkInterfaceId === id)
  if (instance === undefined)
    throw new ApiFault('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`)
  draft.change(place, 'instances', instance.id, { interfaceTags: change(instance.interfaceTags) })
}

interface TagRow {
  readonly id: string
  readonly type: ResourceType
  readonly key: string
  readonly value: string
}

const fields: Fields<TagRow> = {
  key: (row) => row.key,
  'resource-id': (row) => row.id,
  'resource-type': (row) => row.type,
  value: (row) => row.value,
}

export const describeTags = operation<DescribeTagsRequest, DescribeTagsResult>({
  handles: ['Filters', 'MaxResults', 'NextToken'],
  filters: fields,
  run({ input, draft, place }) {
    const request = { size: input.MaxResults, token: input.NextToken, largest: 1_000, badToken: 'InvalidNextToken' }
    const page = pageOf(filtered(allTags(draft, place), input.Filters, fields), (row) => `${row.id} ${row.key}`, request)
    return {
      NextToken: page.nextToken,
      Tags: page.rows.map((row) => ({ ResourceId: row.id, ResourceType: row.type, Key: row.key, Value: row.value })),
    }
  },
})

function sharedTags(draft: Draft, place: PlaceKey, listed: (id: string, type: ResourceType, tags: Tags) => TagRow[]): TagRow[] {
  const { account, region } = placeOf(place)
  return draft
    .places()
    .filter((one) => one !== place && placeOf(one).region === region)
    .flatMap((one) => draft.rows(one, 'images'))
    .filter((image) => image.guestTags?.[account] !== undefined && mayLaunch(draft, image, account))
    .flatMap((image) => listed(image.id, 'image', image.guestTags?.[account] ?? {}))
}

function allTags(draft: Draft, place: PlaceKey): TagRow[] {
  const listed = (id: string, type: ResourceType, tags: Tags) =>
    Object.entries(tags).map(([key, value]) => ({ id, type, key, value }))
  const interfaces = draft
    .rows(place, 'instances')
    .flatMap((one) => listed(one.networkInterfaceId, 'network-interface', one.interfaceTags))
  return [
    ...kinds.flatMap(({ table, type }) => draft.rows(place, table).flatMap((row) => listed(row.id, type, row.tags))),
    ...interfaces,
    ...sharedTags(draft, place, listed),
  ]
}
