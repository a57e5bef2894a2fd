// The quota of vCPUs, as Service Quotas tells it and as launches are held to it.

import { expect, test } from 'vitest'
import { simulateCloud } from '../simulated-cloud.ts'

const quota = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' }

test('says what launches are held to', async () => {
  const { ask, cloud } = await simulateCloud()
  expect((await ask('servicequotas', 'GetServiceQuota', quota)).Quota.Value).toBe(1_000_000)
  await cloud.admin.call('set-faults', { faults: [{ kind: 'vcpu-quota', account: '000000000001', limit: 5 }] })
  expect((await ask('servicequotas', 'GetServiceQuota', quota)).Quota).toMatchObject({ QuotaCode: 'L-1216C47A', Value: 5 })
})

test('knows no other quota', async () => {
  const { refusal } = await simulateCloud()
  expect(await refusal('servicequotas', 'GetServiceQuota', { ...quota, QuotaCode: 'L-0' })).toMatchObject({
    code: 'NoSuchResourceException',
  })
})
