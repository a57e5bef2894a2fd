// The account images are baked in.

import type { ImagesAccount } from '../resolved.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { roleArn } from './partition.ts'

/** A runner that reaches machines on their private address has one itself (RFC 1918). */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

export function imagesAccountOf({ images }: WrittenConfig): ImagesAccount {
  const { account, region, role, reach, runners, instanceType, realBootType, subnet, instanceProfile, kmsKeys } = images
  const { shareWith, copyDeadline } = images
  return {
    account,
    region: region.value,
    ...(role === undefined ? {} : { role: roleArn(role.name.value, account, region.value) }),
    instanceType: { x86_64: instanceType.x86_64, arm64: instanceType.arm64 },
    realBootType: { x86_64: realBootType.x86_64, arm64: realBootType.arm64 },
    reach,
    runnerCidrs: runners?.value ?? privateRanges,
    ...(subnet === undefined ? {} : { subnetId: subnet }),
    ...(instanceProfile === undefined ? {} : { instanceProfile }),
    kmsKeyIds: Object.fromEntries(kmsKeys.map(({ name, value }) => [name, value])),
    ...(shareWith === undefined ? {} : { organisationArn: shareWith.organisation.value }),
    ...(copyDeadline === undefined ? {} : { copyDeadlineMs: copyDeadline }),
  }
}
