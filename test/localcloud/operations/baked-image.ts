// An image of the home account, and the account it may be shared with.

import { type SimulatedCloud, second } from '../simulated-cloud.ts'

export const other = '222222222222'

/** A key of the home account that the other may use, too. */
export async function addKey({ cloud }: SimulatedCloud): Promise<void> {
  const { account } = cloud.credentials
  await cloud.admin.call('add-kms-key', { account, region: 'eu-central-1', name: 'alias/drover', accounts: [other] })
}

/** An available image of the home account, its root volume encrypted with that key. */
export async function bake(
  made: SimulatedCloud,
  name: string,
  kmsKeyId?: string,
): Promise<{ imageId: string; snapshotId: string; instanceId: string }> {
  const Ebs = kmsKeyId === undefined ? {} : { Encrypted: true, KmsKeyId: kmsKeyId }
  if (kmsKeyId !== undefined) await addKey(made)
  const { Instances } = await made.ask('ec2', 'RunInstances', {
    ImageId: made.imageId,
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs }],
  })
  const instanceId = Instances[0].InstanceId
  await made.advance(30 * second)
  const { ImageId } = await made.ask('ec2', 'CreateImage', { InstanceId: instanceId, Name: name })
  await made.advance(30 * second)
  const { Images } = await made.ask('ec2', 'DescribeImages', { ImageIds: [ImageId] })
  return { imageId: ImageId, snapshotId: Images[0].BlockDeviceMappings[0].Ebs.SnapshotId, instanceId }
}
