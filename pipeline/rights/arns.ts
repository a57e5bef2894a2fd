// ARNs of what policies are about, in whichever partition the configuration lies.

import { partitionOf } from '../config/index.ts'
import type { Place } from '../ports/index.ts'

/** One account in some regions of one partition. */
export interface Ground {
  readonly partition: string
  readonly account: string
  readonly regions: readonly string[]
}

export function groundOf(account: string, regions: readonly string[]): Ground {
  return { partition: partitionOf(regions[0] ?? ''), account, regions: [...new Set(regions)].sort() }
}

/** Every resource of those types in the ground, or those that `within` names. Images and snapshots have no account in their ARN. */
export function ec2Arns(ground: Ground, ...types: readonly string[]): readonly string[] {
  return ground.regions.flatMap((region) =>
    types.map((written) => {
      const [type = '', id = '*'] = written.split('/')
      const owner = type === 'image' || type === 'snapshot' ? '' : ground.account
      return `arn:${ground.partition}:ec2:${region}:${owner}:${type}/${id}`
    }),
  )
}

export function iamArn({ partition, account }: Ground, rest: string): string {
  return `arn:${partition}:iam::${account}:${rest}`
}

/** As a service calls itself there: `ec2.amazonaws.com`. [doc: aws-services-cn] */
export function servicePrincipal({ partition }: Ground, service: string): string {
  return `${service}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`
}

/** The role Auto Scaling launches groups' machines as. */
export function autoScalingRole(ground: Ground): string {
  return iamArn(ground, 'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling')
}

/** A key written as an ID or ARN by itself; an alias names whatever key has it. */
export function keyResource({ account, region }: Place, written: string): { readonly arn: string; readonly alias?: string } {
  const prefix = `arn:${partitionOf(region)}:kms:${region}:${account}:`
  const [, owner, alias] = /^(?:(arn:[^:]+:kms:[^:]+:\d{12}:))?(alias\/.+)$/.exec(written) ?? []
  if (alias !== undefined) return { arn: `${owner ?? prefix}key/*`, alias }
  return { arn: written.startsWith('arn:') ? written : `${prefix}key/${written}` }
}
