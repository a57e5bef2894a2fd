// Tags as EC2 takes them: set on resources, and looked for by filter.

import type { Filter, ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2'
import type { Tags } from '../ports/index.ts'

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

export function tagSpecifications(types: readonly ResourceType[], tags: Tags): TagSpecification[] {
  return Object.keys(tags).length === 0 ? [] : types.map((ResourceType) => ({ ResourceType, Tags: tagList(tags) }))
}

/** All of them must match, to the letter: EC2 reads `*`, `?` and the backslash in a filter as wildcards. */
export function tagFilters(tags: Tags): Filter[] {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value.replace(/[*?\\]/g, '\\$&')] }))
}
