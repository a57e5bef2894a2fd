// Who a statement of a trust policy is about.

import { isRecord } from './condition.ts'
import { PolicyFlaw } from './flaw.ts'

/** Names of principals: ARNs, service names, `*`. */
export type Principals = ReadonlySet<string>

const kinds = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser'])

/** The names a Principal element lists; an account is its root's ARN. Throws PolicyFlaw for what can be none. */
export function principalsFrom(written: unknown): Principals {
  if (written === '*') return new Set(['*'])
  if (!isRecord(written) || Object.keys(written).length === 0) throw invalid(JSON.stringify(written))
  return new Set(
    Object.entries(written).flatMap(([kind, names]) => {
      if (!kinds.has(kind)) throw invalid(`"${kind}"`)
      const list: readonly unknown[] = Array.isArray(names) ? names : [names]
      return list.map((name) => {
        if (typeof name !== 'string' || name === '') throw invalid(`"${kind}":${JSON.stringify(name)}`)
        return kind === 'AWS' ? awsName(name) : serviceName(kind, name)
      })
    }),
  )
}

export function accountRoot(account: string): string {
  return `arn:aws:iam::${account}:root`
}

/** "You can't use a wildcard to match part of a principal name or ARN" [doc: reference_policies_elements_principal]. */
function awsName(name: string): string {
  if (name === '*') return name
  if (/^\d{12}$/.test(name)) return accountRoot(name)
  if (/^arn:aws:(?:iam::\d{12}:(?:root|(?:role|user)\/[^*?]+)|sts::\d{12}:assumed-role\/[^*?]+)$/.test(name)) return name
  throw invalid(`"AWS":"${name}"`)
}

function serviceName(kind: string, name: string): string {
  if (kind === 'Service' && !/^[a-z0-9.-]+\.amazonaws\.com$/.test(name)) throw invalid(`"${kind}":"${name}"`)
  return name
}

function invalid(what: string): PolicyFlaw {
  return new PolicyFlaw(`Invalid principal in policy: ${what}`)
}
