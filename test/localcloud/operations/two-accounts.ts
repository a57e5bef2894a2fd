// Two accounts of one cloud, and an image of the first.

import { answerTo } from '../ask-in-process.ts'
import { type SimulatedCloud, second } from '../simulated-cloud.ts'
import { send } from '../wire/sdk-client.ts'

export const other = '222222222222'

/** Asks as a role of another account. */
export async function asOther(made: SimulatedCloud, organisation?: string): Promise<SimulatedCloud['ask']> {
  await made.cloud.admin.call('add-account', { id: other, ...(organisation === undefined ? {} : { organisation }) })
  const { Credentials } = await made.ask('sts', 'AssumeRole', {
    RoleArn: `arn:aws:iam::${other}:role/runner`,
    RoleSessionName: 'test',
  })
  const credentials = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  }
  return (service, action, input = {}) => send(service, action, input, answerTo(made.cloud), { credentials })
}

/** An available image of the home account, its root volume encrypted with that key. */
export async function bake(
  made: SimulatedCloud,
  name: string,
  kmsKeyId?: string,
): Promise<{ imageId: string; snapshotId: string; instanceId: string }> {
  const Ebs = kmsKeyId === undefined ? {} : { Encrypted: true, KmsKeyId: kmsKeyId }
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
