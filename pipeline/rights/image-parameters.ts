// The parameters that any launch template may name its image by: EC2 reads them for whoever asks what a template launches.

import type { Ground } from './arns.ts'
import type { Draft } from './policy.ts'

/**
 * The account's own, those of others that share theirs, and AWS's, which belong to no account. Through a service only, so that the role
 * can't read what else the account keeps there [doc: reference_policies_condition-keys, aws:ViaAWSService].
 */
export function imageParameterDrafts({ partition, regions }: Ground): readonly Draft[] {
  return [
    {
      sid: 'ResolveImageParameters',
      actions: ['ssm:GetParameters'],
      resources: regions.map((region) => `arn:${partition}:ssm:${region}:*:parameter/*`),
      conditions: { Bool: { 'aws:ViaAWSService': 'true' } },
    },
  ]
}
