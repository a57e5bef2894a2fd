// Real and simulated machines in one cloud, the real ones played by other simulated ones.

import { mkdtemp, rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulatedMachines, type SimulatedMachines, startLocalCloud } from '../../../pipeline/localcloud/index.ts'
import { createMixedMachines } from '../../../pipeline/localcloud/machines/mixed.ts'
import { createFiles } from '../../../pipeline/system/index.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'
import { answerTo } from '../ask-in-process.ts'
import { send } from '../wire/sdk-client.ts'

const second = 1_000
let directory = ''
let logged: string[] = []
let now = Date.UTC(2026, 10, 22, 6)
const clock = { now: () => now, wallNow: () => Date.now(), pause: async () => undefined, idleUntil: async () => undefined }

beforeEach(async () => {
  logged = []
  directory = await mkdtemp('/tmp/drover-mixed-')
})
afterEach(() => rm(directory, { recursive: true }))

/** A process of the cloud; another one goes on with what it saved. */
async function open() {
  const kinds: { real?: SimulatedMachines; simulated?: SimulatedMachines } = {}
  const cloud = await startLocalCloud({
    clock,
    random: createSeededRandom(1),
    drive: 'on-request',
    storage: { files: createFiles(), directory },
    log: (line) => logged.push(line),
    machines: (cloudNow) => {
      kinds.real = createSimulatedMachines({ now: cloudNow, bootMs: 5 * second })
      kinds.simulated = createSimulatedMachines({ now: cloudNow, bootMs: 5 * second })
      return createMixedMachines(kinds.real, kinds.simulated)
    },
  })
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  const ask = (service: 'ec2' | 'autoscaling', action: string, input: object): Promise<any> =>
    send(service, action, input, answerTo(cloud), { credentials: cloud.credentials })
  return {
    cloud,
    ask,
    async advance(seconds: number) {
      for (let step = 0; step < seconds; step++) {
        now += second
        await cloud.catchUp()
      }
    },
    counts: () => [kinds.real?.specs().length, kinds.simulated?.specs().length],
    async makeGroup(name: string, ImageId: string, size: number) {
      await ask('ec2', 'CreateLaunchTemplate', {
        LaunchTemplateName: name,
        LaunchTemplateData: { ImageId, InstanceType: 't3.micro' },
      })
      await ask('autoscaling', 'CreateAutoScalingGroup', {
        AutoScalingGroupName: name,
        MinSize: 0,
        MaxSize: size,
        DesiredCapacity: size,
        AvailabilityZones: ['eu-central-1a'],
        LaunchTemplate: { LaunchTemplateName: name },
      })
    },
    async serving(name: string): Promise<number> {
      const { AutoScalingGroups } = await ask('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] })
      return AutoScalingGroups[0].Instances.filter((one: { LifecycleState: string }) => one.LifecycleState === 'InService').length
    },
  }
}

const vendor = { owner: '136693071363', name: 'debian-13', regions: ['eu-central-1'] as ['eu-central-1'], rootDirectory: '/base' }

test('one group is real, another of a hundred pretended; after a crash each comes up again as what it was', async () => {
  const made = await open()
  const { images } = await made.cloud.admin.call('seed-image', vendor)
  await made.cloud.admin.call('set-simulated', { targets: ['crowd'] })
  await made.makeGroup('few', images['eu-central-1'] ?? '', 3)
  await made.makeGroup('crowd', images['eu-central-1'] ?? '', 100)
  await made.advance(30)
  expect(made.counts()).toEqual([3, 100])
  expect([await made.serving('few'), await made.serving('crowd')]).toEqual([3, 100])

  // Nobody closes the first one.
  const again = await open()
  expect(again.counts()).toEqual([0, 0])
  await again.advance(30)
  expect(again.counts()).toEqual([3, 100])
  expect([await again.serving('few'), await again.serving('crowd')]).toEqual([3, 100])
  expect(logged).toEqual([])
  await again.cloud.close()
  expect(again.counts()).toEqual([0, 0])
  await made.cloud.close()
})

test('an instance stays what it was launched as, and no image is made of one that is pretended', async () => {
  const made = await open()
  const { images } = await made.cloud.admin.call('seed-image', vendor)
  const ImageId = images['eu-central-1'] ?? ''
  const launch = async () => {
    const request = { ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }
    return (await made.ask('ec2', 'RunInstances', request)).Instances[0].InstanceId as string
  }
  const real = await launch()
  await made.cloud.admin.call('set-simulated', { targets: [ImageId] })
  const pretended = await launch()
  await made.advance(20)
  await made.cloud.admin.call('set-simulated', { targets: [] })
  await made.ask('ec2', 'RebootInstances', { InstanceIds: [real, pretended] })
  await made.advance(20)
  expect(made.counts()).toEqual([1, 1])

  await made.ask('ec2', 'StopInstances', { InstanceIds: [real, pretended] })
  await made.advance(5)
  expect(made.counts()).toEqual([0, 0])
  for (const InstanceId of [real, pretended]) await made.ask('ec2', 'CreateImage', { InstanceId, Name: InstanceId })
  const states = async () => {
    const { Images } = await made.ask('ec2', 'DescribeImages', { Owners: ['self'] })
    return Object.fromEntries(Images.map(({ Name, State }: { Name: string; State: string }) => [Name, State]))
  }
  await made.advance(10)
  expect(await states()).toEqual({ [real]: 'available', [pretended]: 'failed' })
  expect(logged).toEqual([expect.stringContaining(`${pretended} is simulated and has no disk`)])
  await made.ask('ec2', 'TerminateInstances', { InstanceIds: [real, pretended] })
  await made.advance(5)
  const { Reservations } = await made.ask('ec2', 'DescribeInstances', { InstanceIds: [real, pretended] })
  for (const { Instances } of Reservations) expect(Instances[0].State.Name).toBe('terminated')
  await made.cloud.close()
})

test('a layer that only the real machines have made serves pretended ones too', async () => {
  const [real, simulated] = [0, 0].map(() => createSimulatedMachines({ now: () => now, bootMs: 0 })) as [
    SimulatedMachines,
    SimulatedMachines,
  ]
  const mixed = createMixedMachines(real, simulated)
  const spec = {
    id: 'i-00000000000000001',
    layers: ['captured'],
    address: '10.213.0.9',
    hostname: 'ip-10-213-0-9',
    kernel: 'simulated' as const,
    memoryMib: 1_024,
    firewall: { ingress: [], egress: [] },
    metadataHopLimit: 1,
    environment: {},
  }
  expect(await mixed.start({ ...spec, kernel: 'shared' })).toMatchObject({ ok: false })
  expect(await mixed.start(spec)).toEqual({ ok: true })
  expect(await mixed.running()).toEqual([spec.id])
  expect(await mixed.reachable(spec.id)).toBe(true)
  expect(await mixed.console(spec.id)).toContain(spec.id)
  expect(await mixed.healthCheck(spec.id, { protocol: 'TCP', port: 1, path: '/', timeoutMs: 1 })).toMatchObject({ status: 200 })
  expect(await mixed.kill(spec.id)).toEqual({ ok: true })
  expect(await mixed.running()).toEqual([])
})
