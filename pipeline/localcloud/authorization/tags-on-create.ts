// Tags given when something is made: what they are, and the permission to give them.

import type { Facts } from '../policies/index.ts'
import type { WireTag } from '../store/tags.ts'
import { type Ec2Type, ec2Resource } from './ec2-resources.ts'
import { type About, type Asked, type Need, requestTagFacts } from './need.ts'

interface Specification {
  readonly ResourceType?: string
  readonly Tags?: readonly WireTag[]
}

/** What a request says of the tags of that type. */
export function specifiedFacts(specifications: unknown, type: string): Facts {
  return requestTagFacts(specifiedTags(specifications, type))
}

/** "Users must also have permission to use ec2:CreateTags" on what is made, with the action that makes it as ec2:CreateAction [doc: supported-iam-actions-tagging]. */
export function taggingNeeds(
  asked: Asked,
  action: string,
  specifications: unknown,
  types: readonly Ec2Type[],
  id = '*',
): readonly Need[] {
  return types.flatMap((type) => {
    const tags = specifiedTags(specifications, type)
    if (tags.length === 0) return []
    const facts = { ...requestTagFacts(tags), 'ec2:CreateAction': action.replace('ec2:', '') }
    return [{ action: 'ec2:CreateTags', resource: ec2Resource(asked, type, id, facts) }]
  })
}

/** Makes one of each type; `named` is the parameter with the name that is in its ARN. */
export function creates(types: readonly Ec2Type[], named?: string): About {
  return (asked, action) => {
    const { TagSpecifications: specifications } = asked.input
    const name = named === undefined ? undefined : asked.input[named]
    const id = typeof name === 'string' ? name : '*'
    return [
      ...types.map((type) => ({ action, resource: ec2Resource(asked, type, id, specifiedFacts(specifications, type)) })),
      ...taggingNeeds(asked, action, specifications, types, id),
    ]
  }
}

function specifiedTags(specifications: unknown, type: string): readonly WireTag[] {
  const list: readonly Specification[] = Array.isArray(specifications) ? specifications : []
  return list.filter((one) => one.ResourceType === type).flatMap((one) => one.Tags ?? [])
}
