// Who may do what: a table from action to what it is about, and the policies a caller is held to.

import type { operations } from '../operations/index.ts'
import type { ServiceName } from '../wire/service.ts'
import { type Asking, authorise } from './authorise.ts'
import { autoscaling } from './autoscaling.ts'
import { ec2 } from './ec2.ts'
import { iam, sts } from './identities.ts'
import { kms } from './keys.ts'
import { elasticloadbalancing } from './load-balancing.ts'
import type { About, Asked, Need } from './need.ts'
import { eks } from './node-groups.ts'
import { servicequotas } from './quotas.ts'
import { monitoring, ssm } from './systems.ts'

type Actions = { readonly [S in ServiceName]: { readonly [A in keyof (typeof operations)[S]]: About } }

const table: Actions = { ec2, autoscaling, sts, ssm, monitoring, iam, elasticloadbalancing, kms, eks, servicequotas }

/** What a request needs, all of it to be allowed. */
export function needsOf(service: ServiceName, action: string, asked: Asked): readonly Need[] {
  const actions: Readonly<Record<string, About>> = table[service]
  return actions[action]?.(asked, `${service === 'monitoring' ? 'cloudwatch' : service}:${action}`) ?? []
}

/** Throws the service's own refusal when the caller is held to policies that do not allow all of it. */
export function refuseUnauthorised(asking: Asking, service: ServiceName, action: string, asked: Asked): void {
  authorise(asking, () => needsOf(service, action, asked))
}
