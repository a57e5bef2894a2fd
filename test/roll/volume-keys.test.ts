// A stage whose volumes carry a key of its own: its groups' templates say so, and what doesn't is refused before it moves.

import { UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { CreateLaunchTemplateVersionCommand, DescribeImagesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { createRoll } from '../../pipeline/roll/index.ts'
import { aTarget } from '../support/factories.ts'
import { noHooks } from '../support/no-hooks.ts'
import { key, openWorld, stage } from './local-world.ts'

test('a group moves when its template encrypts with the stage’s key, and its new machines’ volumes carry it', async () => {
  const world = await openWorld()
  const { cloud, clients, images, local } = world
  const where = { account: stage.account, region: key.region }
  const { arn } = await local.admin.call('add-kms-key', { ...where, name: 'alias/prod', accounts: [] })
  const keyed = { ...stage, kmsKeyIds: { [key.region]: arn } }
  const move = () => {
    const action = { kind: 'roll', key, target: aTarget('eu-west-1/web'), stage: keyed, imageId: images.new } as const
    return createRoll({ cloud, callHook: noHooks })(world.request(action, [], []))
  }
  try {
    expect(await move()).toMatchObject([
      {
        type: 'roll.refused',
        cause: `version 1 of web, which web launches from, names no volume: its stage demands ${arn}`,
      },
    ])
    const { Images: [image] = [] } = await clients.ec2.send(new DescribeImagesCommand({ ImageIds: [images.old] }))
    const made = await clients.ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateName: 'web',
        SourceVersion: '1',
        LaunchTemplateData: {
          // By its other name: what counts is which key it is.
          BlockDeviceMappings: [{ DeviceName: image?.RootDeviceName, Ebs: { Encrypted: true, KmsKeyId: 'alias/prod' } }],
        },
      }),
    )
    const Version = String(made.LaunchTemplateVersion?.VersionNumber)
    const LaunchTemplate = { LaunchTemplateName: 'web', Version }
    await clients.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', LaunchTemplate }))
    expect((await move()).at(-1)).toMatchObject({ type: 'roll.finished' })
    const { Volumes = [] } = await clients.ec2.send(new DescribeVolumesCommand({}))
    const keys = Volumes.filter(({ State }) => State === 'in-use').map(({ KmsKeyId }) => KmsKeyId)
    expect(keys).toEqual([arn, arn])
  } finally {
    for (const client of Object.values(clients)) client.destroy()
    await local.close()
  }
})
