// GetCallerIdentity: who signed the request; needs no right.

import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts'
import { operation } from '../operation.ts'

export const getCallerIdentity = operation<GetCallerIdentityRequest, GetCallerIdentityResponse>({
  handles: [],
  run: ({ caller }) => ({ Account: caller.account, Arn: caller.arn, UserId: caller.userId }),
})
