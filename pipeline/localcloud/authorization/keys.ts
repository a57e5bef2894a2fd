// What each action of KMS is about. [doc: list_awskeymanagementservice]

import { grantFacts } from '../operations/kms/key-policy.ts'
import { aliasArn, findKey, kmsKeyArn, parsedArn } from '../store/key-name.ts'
import { type About, type Asked, all, on, onNothing, type Resource, requestTagFacts, tagFacts, textIn, textsIn } from './need.ts'

/** Written as an ID, an ARN or an alias. */
function key(asked: Asked, written: string | undefined): Resource {
  const { draft, place } = asked
  if (written === undefined) return { type: 'key', arn: '*', facts: {} }
  const arn = kmsKeyArn(draft, place, written)
  const facts = { ...tagFacts(findKey(draft, arn)?.tags ?? {}, 'aws:ResourceTag'), 'kms:ResourceAliases': aliasesOf(asked, arn) }
  return { type: 'key', arn, facts }
}

/** "Aliases associated with the KMS key", whatever name the request has for it [doc: conditions-kms-resource-aliases]. */
function aliasesOf({ draft }: Asked, arn: string): readonly string[] {
  const { place, id } = parsedArn(arn) ?? {}
  if (place === undefined) return []
  return draft.rows(place, 'kmsAliases').flatMap(({ name, keyId }) => (keyId === id ? [name] : []))
}

const oneKey = on((asked) => [key(asked, textIn(asked, 'KeyId'))])

const newKey: About = (asked, action) => {
  const given = asked.input.Tags
  const tags = Array.isArray(given) ? given.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })) : []
  return [{ action, resource: { type: '*', arn: '*', facts: requestTagFacts(tags) } }]
}

const newGrant = on((asked) => {
  const resource = key(asked, textIn(asked, 'KeyId'))
  const grant = {
    granteePrincipal: textIn(asked, 'GranteePrincipal'),
    operations: textsIn(asked, 'Operations'),
    retiringPrincipal: textIn(asked, 'RetiringPrincipal'),
  }
  return [{ ...resource, facts: { ...resource.facts, ...grantFacts(grant) } }]
})

const alias = on((asked) => [{ type: 'alias', arn: aliasArn(asked.place, textIn(asked, 'AliasName') ?? '*'), facts: {} }])
const targetKey = on((asked) => [key(asked, textIn(asked, 'TargetKeyId'))])
const aliasedKey = on((asked) => [key(asked, textIn(asked, 'AliasName'))])

export const kms = {
  CancelKeyDeletion: oneKey,
  CreateAlias: all(alias, targetKey),
  CreateGrant: newGrant,
  CreateKey: newKey,
  DeleteAlias: all(alias, aliasedKey),
  DescribeKey: oneKey,
  DisableKey: oneKey,
  EnableKey: oneKey,
  GetKeyPolicy: oneKey,
  ListAliases: onNothing,
  ListGrants: oneKey,
  ListKeys: onNothing,
  PutKeyPolicy: oneKey,
  RetireGrant: oneKey,
  RevokeGrant: oneKey,
  ScheduleKeyDeletion: oneKey,
} satisfies Readonly<Record<string, About>>
