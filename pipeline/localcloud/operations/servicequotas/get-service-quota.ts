// GetServiceQuota, for the one quota that is enforced here: vCPUs of running on-demand standard instances.

import type { GetServiceQuotaRequest, GetServiceQuotaResponse } from '@aws-sdk/client-service-quotas'
import { vcpuLimitOf } from '../../store/vcpu-limit.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'

/** "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances" [doc: ec2-on-demand-instances]. */
const standardVcpus = 'L-1216C47A'

/** Nothing is enforced unless an operator says so: a number no account here comes near. */
const unlimited = 1_000_000

export const getServiceQuota = operation<GetServiceQuotaRequest, GetServiceQuotaResponse>({
  handles: ['ServiceCode', 'QuotaCode'],
  run({ input, draft, account, region }) {
    if (input.ServiceCode !== 'ec2' || input.QuotaCode !== standardVcpus) {
      throw new ApiFault('NoSuchResourceException', `There is no quota ${input.QuotaCode} of ${input.ServiceCode} here.`)
    }
    return {
      Quota: {
        ServiceCode: 'ec2',
        ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
        QuotaArn: `arn:aws:servicequotas:${region}:${account}:ec2/${standardVcpus}`,
        QuotaCode: standardVcpus,
        QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
        Value: vcpuLimitOf(draft, account) ?? unlimited,
        Unit: 'None',
        Adjustable: true,
        GlobalQuota: false,
      },
    }
  },
})
