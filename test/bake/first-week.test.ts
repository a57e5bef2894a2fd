// A base that its vendor has deprecated or taken away, as DescribeImages of another account shows it, and what drover says.

import { DeregisterImageCommand, EC2Client, EnableImageDeprecationCommand } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { resolveBases } from '../../pipeline/bake/resolve-bases.ts'
import type { Family } from '../../pipeline/config/index.ts'
import { openWorld } from '../roll/local-world.ts'

const vendor = '136693071363'
const region = 'eu-central-1'
const family = {
  name: 'web',
  bases: [{ architecture: 'x86_64', ownerAccount: vendor, nameGlob: 'debian-13-amd64-*' }],
} as unknown as Family

test.each([
  ['deprecated', (ImageId: string) => new EnableImageDeprecationCommand({ ImageId, DeprecateAt: new Date(Date.now() + 60_000) })],
  ['taken away', (ImageId: string) => new DeregisterImageCommand({ ImageId })],
])(
  'a base that is %s is not started from: the one before it is, and without any the bake says whose is missing',
  async (_, retire) => {
    const { local, cloud, clock } = await openWorld()
    try {
      const publish = async (name: string) =>
        (await local.admin.call('seed-image', { owner: vendor, name, regions: [region], rootDirectory: '/old' })).images[
          region
        ] ?? ''
      const home = cloud.at({ account: local.credentials.account, region })
      const older = await publish('debian-13-amd64-1')
      await clock.pause(60_000)
      await home.identity()
      const newer = await publish('debian-13-amd64-2')
      expect(await resolveBases(home, family)).toMatchObject([{ imageId: newer }])

      const theirs = await cloud.environmentFor({ account: vendor, region, role: `arn:aws:iam::${vendor}:role/publisher` })
      if (!theirs.ok) throw new Error(theirs.message)
      const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = theirs.value
      const ec2 = new EC2Client({
        region,
        endpoint: local.endpoint,
        credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN },
      })
      const retireIt = async (imageId: string) => {
        await ec2.send(retire(imageId) as DeregisterImageCommand)
        await clock.pause(5 * 60_000)
      }
      await retireIt(newer)
      expect(await resolveBases(home, family)).toMatchObject([{ imageId: older }])
      await retireIt(older)
      await expect(resolveBases(home, family)).rejects.toThrow(
        `no base for web: account ${vendor} has no available x86_64 image named debian-13-amd64-* in ${region}`,
      )
    } finally {
      await local.close()
    }
  },
)
