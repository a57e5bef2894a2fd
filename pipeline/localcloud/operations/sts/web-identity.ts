// AssumeRoleWithWebIdentity: a role taken with a token of an identity provider, without any key.

import type { AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse } from '@aws-sdk/client-sts'
import { trustsProvider } from '../../authorization/trust.ts'
import { roleNamed } from '../../store/known-roles.ts'
import { arnOfRole, type Role } from '../../store/role.ts'
import type { Draft } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { invalidToken, type ProvenToken, provenToken, refuseStale } from './identity-token.ts'
import { openSession, sessionAnswer } from './session.ts'
import { sessionName, sessionPolicies, sessionSeconds } from './session-input.ts'

/** A role nobody made trusts nobody: what it may do is this cloud's own invention, who has a token is not. */
export const assumeRoleWithWebIdentity = operation<
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
  ProvenToken
>({
  handles: ['RoleArn', 'RoleSessionName', 'WebIdentityToken', 'DurationSeconds', 'Policy', 'PolicyArns'],
  observe: (input, _place, state) => {
    const { account } = accountAndPath(required(input.RoleArn, 'RoleArn'))
    return provenToken(state, account, required(input.WebIdentityToken, 'WebIdentityToken'))
  },
  run(call) {
    const { input, draft, wallNow, random, observed: token } = call
    const name = sessionName(input.RoleSessionName)
    refuseStale(token, wallNow)
    const { claims, provider, providerArn } = token
    if (claims['https://aws.amazon.com/tags'] !== undefined) throw unsupported('session tags in a web identity token')
    const { sub } = claims
    if (sub === undefined) throw invalidToken('Missing a required claim: sub')
    const role = roleAsked(draft, input.RoleArn ?? '')
    const prefix = provider.issuer.replace(/^https:\/\//, '')
    const audience = [claims.aud ?? []].flat().find((one) => provider.audiences.includes(one)) ?? ''
    const facts = { [`${prefix}:aud`]: audience, [`${prefix}:sub`]: sub, 'sts:RoleSessionName': name }
    if (role === undefined || !trustsProvider(role, providerArn, facts, call)) throw denied()
    const policies = sessionPolicies(draft, role.account, input)
    const durationSeconds = sessionSeconds(input.DurationSeconds, false, role.maxSessionSeconds)
    const request = { account: role.account, role: role.name, roleId: role.id, name, durationSeconds, isChained: false, policies }
    const key = openSession(draft, request, wallNow, random)
    return {
      ...sessionAnswer(key, wallNow),
      SubjectFromWebIdentityToken: sub,
      Provider: providerArn,
      Audience: audience,
    }
  },
})

function roleAsked(draft: Draft, arn: string): Role | undefined {
  const { account, path } = accountAndPath(arn)
  const role = roleNamed(draft, account, path.split('/').at(-1) ?? path)
  return role !== undefined && arnOfRole(role) === arn ? role : undefined
}

function accountAndPath(arn: string): { readonly account: string; readonly path: string } {
  const [, account, path] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(arn) ?? []
  if (account === undefined || path === undefined) throw new ApiFault('ValidationError', `${arn} is invalid`)
  return { account, path }
}

/** It does not say whether the role is there. */
function denied(): ApiFault {
  return new ApiFault('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity')
}
