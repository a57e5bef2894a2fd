// What the operations on roles, policies and profiles share: names, documents, tags, and how IAM refuses.

import { PolicyFlaw, type PolicyKind, parsePolicy } from '../../policies/index.ts'
import { roleNamed } from '../../store/known-roles.ts'
import type { Role } from '../../store/role.ts'
import type { Draft } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Page, pageOf } from '../pages.ts'

export function findRole(draft: Draft, account: string, name: string | undefined): Role {
  const role = roleNamed(draft, account, name ?? '')
  if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`)
  return role
}

export function noSuchEntity(message: string): ApiFault {
  return new ApiFault('NoSuchEntity', message)
}

export function alreadyExists(message: string): ApiFault {
  return new ApiFault('EntityAlreadyExists', message, 409)
}

export function deleteConflict(message: string): ApiFault {
  return new ApiFault('DeleteConflict', message, 409)
}

export function limitExceeded(message: string): ApiFault {
  return new ApiFault('LimitExceeded', message, 409)
}

/** Names of roles have up to 64 characters, those of policies and profiles up to 128 [doc: reference_iam-quotas]. */
export function checkedName(name: string | undefined, member: string, longest: number): string {
  if (name !== undefined && name.length <= longest && /^[\w+=,.@-]+$/.test(name)) return name
  throw new ApiFault(
    'ValidationError',
    `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  )
}

export function checkedPath(path = '/'): string {
  if (/^\/(?:[!-.0-~]+\/)*$/.test(path) && path.length <= 512) return path
  throw new ApiFault(
    'ValidationError',
    'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
  )
}

/** A document that can be read and is not too long; white space is not counted [doc: reference_iam-quotas]. */
export function checkedDocument(text: string | undefined, kind: PolicyKind, longest: number): string {
  try {
    parsePolicy(text ?? '', kind)
  } catch (cause) {
    if (cause instanceof PolicyFlaw) throw new ApiFault('MalformedPolicyDocument', cause.message)
    throw cause
  }
  const document = text ?? ''
  if (sizeOf(document) > longest) throw limitExceeded(`Cannot exceed quota for PolicySize: ${longest}`)
  return document
}

export function sizeOf(document: string): number {
  return document.replace(/\s/g, '').length
}

/** "Policies returned by this operation are URL-encoded compliant with RFC 3986" [doc: GetRolePolicy]. */
export function encodedDocument(document: string): string {
  return encodeURIComponent(document).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

/** "The default is 100" [doc: ListRoles]. */
export function iamPage<Row>(rows: readonly Row[], keyOf: (row: Row) => string, input: PageInput): IamPage<Row> {
  const sorted = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const request = { size: input.MaxItems ?? 100, token: input.Marker, largest: 1_000, badToken: 'ValidationError' }
  const page = pageOf(sorted, keyOf, request)
  return { rows: page.rows, end: { IsTruncated: page.nextToken !== undefined, Marker: page.nextToken } }
}

interface IamPage<Row> extends Pick<Page<Row>, 'rows'> {
  readonly end: { readonly IsTruncated: boolean; readonly Marker: string | undefined }
}
