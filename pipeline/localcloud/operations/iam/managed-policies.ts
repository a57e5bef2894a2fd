// CreatePolicy, GetPolicy, GetPolicyVersion, DeletePolicy, ListPolicies: customer-managed policies of one version.

import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  DeletePolicyRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  Policy as WirePolicy,
} from '@aws-sdk/client-iam'
import { arnOfPolicy, type ManagedPolicy } from '../../store/role.ts'
import { type Draft, everywhere } from '../../store/state.ts'
import { tagList, tagsFrom } from '../../store/tags.ts'
import { unsupported } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import {
  alreadyExists,
  checkedDocument,
  checkedName,
  checkedPath,
  deleteConflict,
  encodedDocument,
  iamPage,
  noSuchEntity,
} from './entities.ts'

/** "Managed policy length: 6,144 characters" [doc: reference_iam-quotas]. */
const longestManaged = 6_144
/** A second version would be made by CreatePolicyVersion, which there is not. */
const onlyVersion = 'v1'

export const createPolicy = operation<CreatePolicyRequest, CreatePolicyResponse>({
  handles: ['PolicyName', 'PolicyDocument', 'Path', 'Description', 'Tags'],
  run({ input, draft, account, now }) {
    const name = checkedName(input.PolicyName, 'policyName', 128)
    const isTaken = ownPolicies(draft, account).some((policy) => policy.name === name)
    if (isTaken) throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`)
    const policy: ManagedPolicy = {
      account,
      name,
      path: checkedPath(input.Path),
      id: `ANPA${draft.mintHex(17).toUpperCase()}`,
      createdAt: now,
      document: checkedDocument(input.PolicyDocument, 'identity', longestManaged),
      tags: tagsFrom(input.Tags),
      ...(input.Description === undefined ? {} : { description: input.Description }),
    }
    draft.put(everywhere, 'managedPolicies', arnOfPolicy(policy), policy)
    return { Policy: policyView(draft, policy) }
  },
})

export const getPolicy = operation<GetPolicyRequest, GetPolicyResponse>({
  handles: ['PolicyArn'],
  run({ input, draft, account }) {
    const policy = findPolicy(draft, account, input.PolicyArn)
    const described = policy.description === undefined ? {} : { Description: policy.description }
    return { Policy: { ...policyView(draft, policy), ...described, Tags: tagList(policy.tags) } }
  },
})

export const getPolicyVersion = operation<GetPolicyVersionRequest, GetPolicyVersionResponse>({
  handles: ['PolicyArn', 'VersionId'],
  run({ input, draft, account }) {
    const policy = findPolicy(draft, account, input.PolicyArn)
    if (input.VersionId !== onlyVersion)
      throw noSuchEntity(`Policy ${input.PolicyArn} version ${input.VersionId} does not exist or is not attachable.`)
    return {
      PolicyVersion: {
        Document: encodedDocument(policy.document),
        VersionId: onlyVersion,
        IsDefaultVersion: true,
        CreateDate: new Date(policy.createdAt),
      },
    }
  },
})

export const deletePolicy = operation<DeletePolicyRequest, object>({
  handles: ['PolicyArn'],
  run({ input, draft, account }) {
    const policy = findPolicy(draft, account, input.PolicyArn)
    if (attachments(draft, policy) > 0) throw deleteConflict('Cannot delete a policy attached to entities.')
    draft.remove(everywhere, 'managedPolicies', arnOfPolicy(policy))
    return {}
  },
})

export const listPolicies = operation<ListPoliciesRequest, ListPoliciesResponse>({
  handles: ['Scope', 'OnlyAttached', 'PathPrefix', 'Marker', 'MaxItems'],
  run({ input, draft, account }) {
    // Those of AWS are not here, so nobody may think there are none.
    if (input.Scope !== 'Local') throw unsupported(`Scope=${input.Scope ?? 'All'} of ListPolicies`)
    const rows = ownPolicies(draft, account)
      .filter((policy) => policy.path.startsWith(input.PathPrefix ?? '/'))
      .filter((policy) => !input.OnlyAttached || attachments(draft, policy) > 0)
    const page = iamPage(rows, ({ name }) => name, input)
    return { Policies: page.rows.map((policy) => policyView(draft, policy)), ...page.end }
  },
})

/** The ARN of a policy that can be attached; what is in AWS's own policies is not known here. */
export function attachablePolicy(draft: Draft, account: string, arn: string | undefined): string {
  if (arn?.startsWith('arn:aws:iam::aws:')) throw unsupported(`the AWS managed policy ${arn}`)
  const policy = arn === undefined ? undefined : draft.get(everywhere, 'managedPolicies', arn)
  if (policy?.account === account) return arnOfPolicy(policy)
  throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`)
}

export function policyPath(arn: string): string {
  return /:policy(\/.*\/|\/)[^/]+$/.exec(arn)?.[1] ?? '/'
}

function findPolicy(draft: Draft, account: string, arn: string | undefined): ManagedPolicy {
  if (arn?.startsWith('arn:aws:iam::aws:')) throw unsupported(`the AWS managed policy ${arn}`)
  const policy = draft.get(everywhere, 'managedPolicies', arn ?? '')
  if (policy?.account !== account) throw noSuchEntity(`Policy ${arn} was not found.`)
  return policy
}

function ownPolicies(draft: Draft, account: string): readonly ManagedPolicy[] {
  return draft.rows(everywhere, 'managedPolicies').filter((policy) => policy.account === account)
}

function attachments(draft: Draft, policy: ManagedPolicy): number {
  const arn = arnOfPolicy(policy)
  return draft.rows(everywhere, 'roles').filter((role) => !role.isDeleted && role.attached.includes(arn)).length
}

function policyView(draft: Draft, policy: ManagedPolicy): WirePolicy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arnOfPolicy(policy),
    Path: policy.path,
    DefaultVersionId: onlyVersion,
    AttachmentCount: attachments(draft, policy),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.createdAt),
  }
}
