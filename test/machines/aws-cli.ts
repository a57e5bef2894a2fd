// The AWS CLI, unchanged, with the profiles that a rehearsal writes; and what it finds in the account that images are made in.

import type { AutoScalingGroup, InstanceRefresh } from '@aws-sdk/client-auto-scaling'
import type { Image, Instance } from '@aws-sdk/client-ec2'
import { execa } from 'execa'
import { installedTools } from '../localcloud/installed-tools.ts'
import type { Place } from './drover-run.ts'

export interface AwsCli {
  /** One group; fails when there is none of that name. */
  group(stage: string, region: string, name: string): Promise<AutoScalingGroup>
  instances(profile: string, region: string, ids: readonly string[]): Promise<readonly Instance[]>
  refreshes(stage: string, region: string, group: string): Promise<readonly InstanceRefresh[]>
  /** Those the images' account owns. */
  images(region: string): Promise<readonly Image[]>
  /** What a bake or a verification needs only while it lasts: living machines, key pairs, security groups, volumes. */
  temporary(region: string): Promise<readonly string[]>
  /** Images and snapshots that the images' account owns. */
  kept(region: string): Promise<readonly string[]>
}

export function awsCli(place: Place): AwsCli {
  const { aws } = installedTools().tools
  const ask = async (profile: string, region: string, ...words: string[]) => {
    const { stdout } = await execa(aws, ['--profile', profile, '--region', region, '--output', 'json', ...words], {
      // Its cache of taken roles is in the home folder.
      env: { AWS_CONFIG_FILE: `${place.workspace}/aws-config`, HOME: place.directory, AWS_PAGER: '' },
    })
    return JSON.parse(stdout)
  }
  const ids = (region: string, query: string, ...words: string[]): Promise<string[]> =>
    ask('images', region, 'ec2', ...words, '--query', query)
  return {
    async group(stage, region, name) {
      const answer = await ask(stage, region, 'autoscaling', 'describe-auto-scaling-groups', '--auto-scaling-group-names', name)
      const [group] = answer.AutoScalingGroups as AutoScalingGroup[]
      if (group === undefined) throw new Error(`${stage} has no group ${region}/${name}`)
      return group
    },
    async instances(profile, region, ids) {
      const answer = await ask(profile, region, 'ec2', 'describe-instances', '--instance-ids', ...ids)
      return (answer.Reservations as { Instances: Instance[] }[]).flatMap(({ Instances }) => Instances)
    },
    async refreshes(stage, region, group) {
      const answer = await ask(stage, region, 'autoscaling', 'describe-instance-refreshes', '--auto-scaling-group-name', group)
      return answer.InstanceRefreshes
    },
    images: async (region) => (await ask('images', region, 'ec2', 'describe-images', '--owners', 'self')).Images,
    async temporary(region) {
      const found = await Promise.all([
        ids(region, 'Reservations[].Instances[?State.Name!=`terminated`][].InstanceId', 'describe-instances'),
        ids(region, 'KeyPairs[?KeyName!=`operator`].KeyName', 'describe-key-pairs'),
        ids(region, 'SecurityGroups[?GroupName!=`default`].GroupName', 'describe-security-groups'),
        ids(region, 'Volumes[].VolumeId', 'describe-volumes'),
      ])
      return found.flat()
    },
    async kept(region) {
      const found = await Promise.all([
        ids(region, 'Images[].ImageId', 'describe-images', '--owners', 'self'),
        ids(region, 'Snapshots[].SnapshotId', 'describe-snapshots', '--owner-ids', 'self'),
      ])
      return found.flat()
    },
  }
}
