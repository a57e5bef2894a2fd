// How each family of services tells a caller that it may not. [doc: troubleshoot_access-denied]

import { ApiFault } from '../wire/fault.ts'
import type { FaultFamily } from '../wire/service.ts'
import type { Need } from './need.ts'
import type { PolicySet } from './standing.ts'

export interface Reason {
  readonly kind: PolicySet['kind']
  readonly isDenied: boolean
}

export function notAuthorized(family: FaultFamily, callerArn: string, need: Need, reason: Reason): ApiFault {
  const code = { ec2: 'UnauthorizedOperation', query: 'AccessDenied', json: 'AccessDeniedException' }[family]
  if (need.refusal !== undefined) return new ApiFault(code, need.refusal)
  const { action, resource } = need
  const where = resource.arn === '*' ? '' : ` on resource: ${resource.arn}`
  const article = reason.kind === 'identity-based' ? 'an identity-based' : 'a session'
  const why = reason.isDenied
    ? `with an explicit deny in ${article} policy`
    : `because no ${reason.kind} policy allows the ${action} action`
  const text = `User: ${callerArn} is not authorized to perform: ${action}${where} ${why}`
  return new ApiFault(code, family === 'ec2' ? `You are not authorized to perform this operation. ${text}` : text)
}
