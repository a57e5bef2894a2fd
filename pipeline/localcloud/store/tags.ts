// Tags as the store holds them, and as the wire lists them.

export type Tags = Readonly<Record<string, string>>

export interface WireTag {
  Key?: string | undefined
  Value?: string | undefined
}

export function tagsFrom(list: readonly WireTag[] | undefined): Tags {
  const tags: Record<string, string> = {}
  for (const { Key, Value } of list ?? []) if (Key !== undefined) tags[Key] = Value ?? ''
  return tags
}

export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
