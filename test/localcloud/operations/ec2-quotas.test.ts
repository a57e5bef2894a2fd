// EC2's quotas: what is within them is made, one more is refused, and room that was made can be used.

import { expect, test } from 'vitest'
import {
  createLaunchTemplateVersion,
  deleteLaunchTemplateVersions,
} from '../../../pipeline/localcloud/operations/ec2/launch-template-versions.ts'
import { createLaunchTemplate, deleteLaunchTemplate } from '../../../pipeline/localcloud/operations/ec2/launch-templates.ts'
import type { Caller } from '../../../pipeline/localcloud/operations/operation.ts'
import { Draft, emptyState } from '../../../pipeline/localcloud/store/state.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'
import { simulateCloud } from '../simulated-cloud.ts'
import { bake } from './baked-image.ts'

const exceeded = expect.objectContaining({ code: 'ResourceLimitExceeded' })

/** What an operation is called with, less what is asked: thousands of requests would take a minute. */
function empty() {
  const account = '000000000001'
  const caller: Caller = { account, arn: `arn:aws:iam::${account}:root`, userId: account, isSession: false }
  const network = { cidr: '10.0.0.0/16', firstAddress: '10.0.0.4', lastAddress: '10.0.255.250', gateway: '10.0.0.1' }
  const draft = new Draft(emptyState('seed'))
  const region = 'eu-central-1'
  const place = `${account}/${region}`
  const times = { now: 0, wallNow: 0, random: createSeededRandom(1) }
  return { draft, place, account, region, caller, ...times, sourceAddress: undefined, network, observed: undefined }
}

test('the 5,001st launch template of a region is refused, until one is gone', () => {
  const call = empty()
  const create = (name: string) =>
    createLaunchTemplate.run({ ...call, input: { LaunchTemplateName: name, LaunchTemplateData: { ImageId: 'ami-1' } } })
  // Names are looked for among all there are, so they are put there.
  const { LaunchTemplate: first } = create('web-0')
  const row = call.draft.get(call.place, 'launchTemplates', first?.LaunchTemplateId ?? '')
  if (row === undefined) throw new Error('a template was made')
  for (let index = 1; index < 4_999; index++)
    call.draft.put(call.place, 'launchTemplates', `lt-${index}`, { ...row, id: `lt-${index}`, name: `web-${index}` })
  create('web-4999')
  expect(() => create('web-5000')).toThrow(exceeded)
  deleteLaunchTemplate.run({ ...call, input: { LaunchTemplateName: 'web-4999' } })
  expect(create('web-5000')).toMatchObject({ LaunchTemplate: { LaunchTemplateName: 'web-5000' } })
  expect(
    createLaunchTemplate.run({
      ...call,
      place: '000000000001/eu-west-1',
      input: { LaunchTemplateName: 'web', LaunchTemplateData: {} },
    }),
  ).toBeDefined()
})

test('the 10,001st version of a launch template is refused, until some are deleted', () => {
  const call = empty()
  const web = { LaunchTemplateName: 'web', LaunchTemplateData: { ImageId: 'ami-1' } }
  createLaunchTemplate.run({ ...call, input: web })
  const create = () => createLaunchTemplateVersion.run({ ...call, input: web })
  for (let number = 2; number <= 10_000; number++) create()
  expect(create).toThrow(exceeded)
  deleteLaunchTemplateVersions.run({ ...call, input: { LaunchTemplateName: 'web', Versions: ['2'] } })
  expect(create()).toMatchObject({ LaunchTemplateVersion: { VersionNumber: 10_001 } })
  expect(create).toThrow(exceeded)
})

test('an image is shared with a thousand accounts and organisations, and with no more', async () => {
  const made = await simulateCloud()
  const { imageId: ImageId } = await bake(made, 'baked-1')
  const accounts = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ UserId: `${100_000_000_000 + from + index}` }))
  const organisation = { OrganizationArn: 'arn:aws:organizations::000000000001:organization/o-1234567890' }
  const change = (LaunchPermission: object) => ({ ImageId, LaunchPermission })
  await made.ask('ec2', 'ModifyImageAttribute', change({ Add: [...accounts(0, 999), organisation] }))
  const oneMore = change({ Add: accounts(999, 1) })
  expect(await made.refusal('ec2', 'ModifyImageAttribute', oneMore)).toMatchObject({ code: 'ResourceLimitExceeded' })
  // Whom it is shared with already counts once, and whoever goes makes room.
  await made.ask('ec2', 'ModifyImageAttribute', change({ Add: accounts(0, 1) }))
  await made.ask('ec2', 'ModifyImageAttribute', change({ Add: accounts(999, 1), Remove: accounts(0, 1) }))
})

test('a sixth public image of a region is refused in EC2’s words', async () => {
  const made = await simulateCloud()
  await made.ask('ec2', 'DisableImageBlockPublicAccess')
  const { imageId: source } = await bake(made, 'baked-1')
  const copy = async (Name: string) => {
    const asked = { SourceImageId: source, SourceRegion: 'eu-central-1', Name }
    return (await made.ask('ec2', 'CopyImage', asked)).ImageId as string
  }
  const copies: string[] = []
  for (let index = 0; index < 6; index++) copies.push(await copy(`copy-${index}`))
  await made.advance(60_000)
  const everyone = (ImageId: string | undefined) => ({ ImageId, LaunchPermission: { Add: [{ Group: 'all' }] } })
  for (const id of copies.slice(0, 5)) await made.ask('ec2', 'ModifyImageAttribute', everyone(id))
  expect(await made.refusal('ec2', 'ModifyImageAttribute', everyone(copies[5]))).toEqual({
    code: 'ResourceLimitExceeded',
    message: 'You have reached your quota of 5 for the number of public images allowed in this Region.',
  })
  await made.ask('ec2', 'ModifyImageAttribute', everyone(copies[0]))
})
