// Who may take which role: the runner's from one environment of one repository, the others from the runner's only.

import { type Ground, iamArn } from './arns.ts'
import { documentOf, type PolicyDocument } from './policy.ts'
import { sessionTagKeys } from './session-tags.ts'

export interface Repository {
  /** `owner/name` on GitHub. */
  readonly name: string
  /** Environments of its workflows, by what they may reach. */
  readonly environments: Readonly<Record<Reach, string>>
}

/** `stages`: images and every stage but production. */
export type Reach = 'stages' | 'production'

const issuer = 'token.actions.githubusercontent.com'

/** "Validate the audience and the subject": without a subject any repository on GitHub could. [doc: id_roles_providers_create_oidc] */
export function repositoryTrust(ground: Ground, repository: Repository, reaches: readonly Reach[]): PolicyDocument {
  const subjects = reaches.map((reach) => `repo:${repository.name}:environment:${repository.environments[reach]}`)
  return documentOf([
    {
      Sid: 'OnlyFromEnvironment',
      Effect: 'Allow',
      Principal: { Federated: [iamArn(ground, `oidc-provider/${issuer}`)] },
      Action: ['sts:AssumeRoleWithWebIdentity'],
      Condition: { StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: subjects } },
    },
  ])
}

/** With the external ID where the configuration has one, and with none but drover's own session tags. */
export function runnerTrust(runners: readonly string[], externalId: string | undefined): PolicyDocument {
  const Principal = { AWS: runners }
  const shown = externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } }
  return documentOf([
    { Sid: 'OnlyTheRunner', Effect: 'Allow', Principal, Action: ['sts:AssumeRole'], ...shown },
    {
      Sid: 'NamingTheRelease',
      Effect: 'Allow',
      Principal,
      Action: ['sts:TagSession'],
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': sessionTagKeys } },
    },
  ])
}
