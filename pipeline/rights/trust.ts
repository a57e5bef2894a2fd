// Who may take which role: the runner's from one environment of one repository, the others from the runner's only.

import { type Ground, iamArn } from './arns.ts'
import { documentOf, type PolicyDocument } from './policy.ts'

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

export function runnerTrust(runners: readonly string[]): PolicyDocument {
  return documentOf([{ Sid: 'OnlyTheRunner', Effect: 'Allow', Principal: { AWS: runners }, Action: ['sts:AssumeRole'] }])
}
