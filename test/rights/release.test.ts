// A whole release under exactly the policies that `drover iam` prints, on a local cloud that enforces them; and with each right
// taken away in turn, after which the release, or the verb that needs the right, ends with a cause that names it.

import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, describe, expect, test } from 'vitest'
import { sweepLeftovers } from '../../pipeline/bake/leftovers.ts'
import { advance } from '../../pipeline/conductor/index.ts'
import type { LocalCloud } from '../../pipeline/localcloud/index.ts'
import type { Cloud, CloudAt, CloudOutcome, Place } from '../../pipeline/ports/index.ts'
import { createCopy, createShare, createTests } from '../../pipeline/promote/index.ts'
import type { Performer } from '../../pipeline/release/index.ts'
import { createFleetCheck, createRoll, createUndoRoll } from '../../pipeline/roll/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { disposeFresh, launchFresh, prepareGround } from '../../pipeline/verify/fresh-machines.ts'
import { type SimulatedCloud, simulateCloud } from '../simulation/local-cloud.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, recordsOf, scanCounts, testReleaseId } from '../support/factories.ts'
import { ledgerOf } from '../support/memory-ledger.ts'
import { noCluster } from '../support/no-cluster.ts'
import { noHooks } from '../support/no-hooks.ts'
import { administrator, take } from '../support/rights.ts'
import { createScriptedWorld } from '../support/scripted-performers.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { acme, acmeRights } from './acme.ts'
import { enforce, kindOf, type Taken } from './enforced.ts'

const policy = aPolicy()
const rights = acmeRights()
const home = 'arn:aws:iam::111111111111:role'
const open: SimulatedCloud[] = []

afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close()
})

/** No whole release comes to these when all goes well; each is asked for by its verb. */
const byVerb: Readonly<Record<string, (cloud: Cloud, local: LocalCloud) => Promise<CloudOutcome<unknown>>>> = {
  // Of `drover fleet` and `drover retire`.
  'images autoscaling:DescribeAutoScalingGroups': (cloud) => cloud.at(policy.home).everyGroup(),
  'images autoscaling:DescribeInstanceRefreshes': (cloud) => cloud.at(policy.home).describeRefreshes('web'),
  'images autoscaling:DescribeLaunchConfigurations': (cloud) => cloud.at(policy.home).launchConfigurations(),
  'images ec2:DescribeLaunchTemplateVersions': (cloud) => cloud.at(policy.home).launchedImage('lt-0123456789abcdef0', '1'),
  'images ssm:GetParameters': (cloud, local) => launchedByParameter(cloud, local, policy.home),
  'stages ssm:GetParameters': (cloud, local) => launchedByParameter(cloud, local, dev),
  'images ec2:DescribeTags': (cloud) => cloud.at(policy.home).taggedResources('drover:bake'),
  'images ec2:DisableImage': (cloud) => ofOwnImage(cloud, (at, id) => at.disableImage(id)),
  'images ec2:EnableImage': (cloud) => ofOwnImage(cloud, (at, id) => at.enableImage(id)),
  'images ec2:EnableImageDeprecation': (cloud) =>
    ofOwnImage(cloud, (at, id) => at.deprecateImage(id, new Date(Date.now() + 600_000).toISOString())),
  'stages autoscaling:DescribeLaunchConfigurations': (cloud) => cloud.at(dev).launchConfigurations(),
  'images kms:DescribeKey': (cloud) => cloud.at(policy.home).describeKey('alias/drover'),
  'images kms:ListGrants': async (cloud) => cloud.at(policy.home).grantsOf(await keyArn(cloud), launcher),
  'images kms:GetKeyPolicy': async (cloud) => cloud.at(policy.home).keyPolicy(await keyArn(cloud)),
  'images ec2:DeleteVolume': deleteVolume,
  'images ec2:DeregisterImage': discard,
  'images ec2:DeleteSnapshot': discard,
  'stages autoscaling:CancelInstanceRefresh': (cloud) => cloud.at(dev).cancelRefresh('web', { waitForStarting: false }),
  'stages autoscaling:RollbackInstanceRefresh': (cloud) => cloud.at(dev).rollbackRefresh('web'),
}

const launcher = 'arn:aws:iam::222222222222:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'

async function keyArn(cloud: Cloud): Promise<string> {
  return value(await cloud.at(policy.home).describeKey('alias/drover')).arn
}

const dev = { account: '222222222222', region: 'eu-central-1', role: 'arn:aws:iam::222222222222:role/drover-promote' }

/** Of a template of somebody else's in that account. */
async function launchedByParameter(cloud: Cloud, local: LocalCloud, place: Place): Promise<CloudOutcome<unknown>> {
  const client = { region: place.region, endpoint: local.endpoint, credentials: await administrator(local, place.account) }
  const [ec2, ssm] = [new EC2Client(client), new SSMClient(client)]
  await ssm.send(new PutParameterCommand({ Name: '/theirs', Value: 'ami-0123456789abcdef0', Type: 'String' }))
  const data = { LaunchTemplateName: 'theirs', LaunchTemplateData: { ImageId: 'resolve:ssm:/theirs' } }
  const { LaunchTemplate } = await ec2.send(new CreateLaunchTemplateCommand(data))
  for (const one of [ec2, ssm]) one.destroy()
  return cloud.at(place).launchedImage(LaunchTemplate?.LaunchTemplateId ?? '', '1')
}

async function ofOwnImage(
  cloud: Cloud,
  ask: (at: CloudAt, imageId: string) => Promise<CloudOutcome<unknown>>,
): Promise<CloudOutcome<unknown>> {
  const at = cloud.at(policy.home)
  const [image] = value(await at.ownImages())
  return ask(at, image?.id ?? '')
}

/** An image as a bake leaves it. */
async function discard(cloud: Cloud): Promise<CloudOutcome<unknown>> {
  const [image] = value(await cloud.at(policy.home).findImages({ owners: ['self'] }))
  if (image === undefined) throw new Error('there is no image to discard')
  return cloud.at(policy.home).discardImage(image)
}

/** Of a machine that still runs: AWS says whether drover may before it says that the volume is in use. */
async function deleteVolume(cloud: Cloud): Promise<CloudOutcome<unknown>> {
  const at = cloud.at(policy.home)
  const tags = { 'drover:purpose': 'verify' }
  const [image] = value(await at.findImages({ owners: ['self'] }))
  const group = value(await at.createSecurityGroup({ name: 'volumes', description: 'volumes', ingress: [], tags }))
  const machine = {
    imageId: image?.id ?? '',
    instanceType: 't3.small',
    securityGroupIds: [group.id],
    tags,
    clientToken: 'volume',
  }
  value(await at.launch(machine))
  const [volume] = value(await at.findVolumes(tags))
  return at.deleteVolume(volume?.id ?? '')
}

/** Asked for by Packer alone, which test/bake/rights.test.ts holds to the same policies. */
const byPacker = [
  'ec2:DescribeRegions',
  'ec2:DescribeVpcs',
  'ec2:DescribeSubnets',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeSnapshots',
  'ec2:CreateKeyPair',
  'ec2:StopInstances',
  'ec2:CreateImage',
  'iam:GetInstanceProfile',
].map((right) => `images ${right}`)

/** The local cloud asks a key's policy and no more when EBS uses it, and the ledger's bucket is not its own. */
const elsewhere = /^(images kms:(?!DescribeKey|ListGrants|GetKeyPolicy)|runner s3:)/

const each: readonly string[] = [
  ...new Set(
    rights.roles.flatMap(({ duties, policies }) =>
      policies.flatMap(({ document }) =>
        document.Statement.flatMap(({ Action }) => Action.map((right) => `${kindOf(duties)} ${right}`)),
      ),
    ),
  ),
].filter((one) => !byPacker.includes(one) && !elsewhere.test(one))

describe('under exactly the printed policies', { timeout: 120_000 }, () => {
  test('a whole release reaches production', async () => {
    const { end, causes } = await release(await openWorld())
    expect({ end, causes }).toEqual({ end: 'done', causes: '' })
  })

  test('every verb that no release comes to is allowed', async () => {
    const world = await openWorld()
    await world.bake()
    for (const [name, ask] of Object.entries(byVerb).filter(([one]) => one !== 'images ec2:DeleteSnapshot')) {
      const outcome = await ask(world.cloud, world.local)
      expect([name, outcome.ok || outcome.kind]).not.toEqual([name, 'denied'])
    }
  })

  test('production’s role is not given to the runner of the other environment', async () => {
    const { local } = await openWorld()
    const runner = await take(local, local.credentials, `${home}/drover-runner`)
    await expect(take(local, runner, 'arn:aws:iam::444444444444:role/drover-promote')).rejects.toThrow('not authorized')
    await expect(take(local, runner, dev.role)).resolves.toBeDefined()
  })
})

test('each right is tried', () => expect(each.length).toBeGreaterThan(35))

describe('without', { timeout: 120_000 }, () => {
  test.each(each)('%s the cause says so', async (one) => {
    const [from, right] = one.split(' ') as [Taken['from'], string]
    const said = await causeWithout({ from, right }, byVerb[one])
    expect(said).toContain(right.split(':')[1])
    expect(said).toMatch(/not authorized/i)
  })
})

async function causeWithout(taken: Taken, ask: (typeof byVerb)[string] | undefined): Promise<string> {
  const world = await openWorld(taken)
  if (ask === undefined) {
    const { end, causes } = await release(world)
    expect(end).not.toBe('done')
    return causes
  }
  await world.bake()
  const outcome = await ask(world.cloud, world.local)
  return outcome.ok ? 'it was allowed' : outcome.message
}

interface World {
  readonly simulated: SimulatedCloud
  readonly local: LocalCloud
  readonly clock: VirtualClock
  /** As production's runner. */
  readonly cloud: Cloud
  /** The image of a bake, made by somebody who may. */
  bake(id?: string, token?: string): Promise<string>
}

async function openWorld(taken?: Taken): Promise<World> {
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const simulated = await simulateCloud(policy, clock, createSeededRandom(7), { throttled: 0, reset: 0, broken: 0, lost: 0 })
  open.push(simulated)
  const { local } = simulated
  await local.admin.call('add-instance-profile', { account: policy.home.account, name: 'drover-build', role: 'build' })
  await enforce(local, rights, taken)
  const runner = await take(local, local.credentials, `${home}/drover-runner-production`)
  return { simulated, local, clock, cloud: simulated.cloudAs(async () => runner), bake: baker(simulated, clock) }
}

function baker({ cloudAs, local, bakedFrom }: SimulatedCloud, clock: VirtualClock): World['bake'] {
  const { home: place, kmsKeyIds } = policy
  const at = cloudAs(async () => local.credentials).at({ ...place, role: `${home}/administrator` })
  return async (id = 'baked', token = 'baked') => {
    const tags = { 'drover:release': id, 'drover:family': 'web', 'drover:purpose': 'image' }
    const copy = { sourceImageId: bakedFrom, sourceRegion: place.region, description: 'baked', name: id, tags }
    const kmsKeyId = kmsKeyIds[place.region] ?? ''
    const { imageId } = value(await at.copyImage({ ...copy, kmsKeyId, clientToken: token }))
    for (let looks = 0; looks < 500; looks++) {
      const image = await at.describeImage(imageId)
      if (image.ok && image.value.state === 'available') return imageId
      await clock.pause(15_000)
    }
    throw new Error(`${imageId} was never made`)
  }
}

async function release(world: World): Promise<{ readonly end: string; readonly causes: string }> {
  const { clock, cloud } = world
  const ledger = await ledgerOf(recordsOf([{ ...anOpening(), fixes: ['CVE-2026-0001'] }], { startAt: clock.now() }))
  const ports = {
    cloud,
    exec: createExec(),
    probe: { get: async () => ({ ok: true as const, status: 200 }) },
    drift: async () => ({ ok: false as const, message: 'no machine to scan' }),
  }
  const outcome = await advance(
    {
      ...aConductor({ ledger, clock }),
      performers: {
        ...createScriptedWorld().performers,
        bake: bakeByCopy(world),
        verify: verifyByLaunching(cloud),
        copy: createCopy(ports),
        share: createShare(ports),
        roll: createRoll({ ...ports, callHook: noHooks }),
        'undo-roll': createUndoRoll({ ...ports, callHook: noHooks }),
        'check-fleet': createFleetCheck(ports),
        test: createTests({ ...ports, ...noCluster }),
      },
    },
    testReleaseId,
    { watch: true },
  )
  const told = ledger.records.flatMap(({ event }) =>
    'cause' in event
      ? [event.cause]
      : event.type === 'test.finished' && !event.ok
        ? [event.detail]
        : event.type === 'fleet.checked'
          ? event.unasked
          : event.type === 'share.finished'
            ? (event.untagged ?? [])
            : [],
  )
  const end = outcome.kind === 'done' && told.length > 0 ? 'done, but' : outcome.kind
  return { end, causes: told.join('\n') }
}

/** In place of Packer; what an interrupted bake left is swept as drover. */
function bakeByCopy({ bake, cloud }: World): Performer<'bake'> {
  return async ({ release: { id }, token, clock }) => {
    const at = cloud.at(policy.home)
    const imageId = await bake(id, token)
    const left = await sweepLeftovers(at, { token, architecture: 'x86_64', releaseId: id }, clock, imageId)
    if (left.length > 0) return [{ type: 'bake.failed', cause: left.join('; ') }]
    const found = await at.describeImage(imageId)
    if (!found.ok) return [{ type: 'bake.failed', cause: found.message }]
    const images = [{ architecture: 'x86_64', imageId, name: id, region: policy.home.region }] as const
    return [{ type: 'bake.finished', images, before: scanCounts(), after: scanCounts(), evidence: [] }]
  }
}

/** The real launches and removals of a verification; what would be asked of the machine is scripted. */
function verifyByLaunching(cloud: Cloud): Performer<'verify'> {
  return async (request) => {
    const { release: asked, token, clock, signal, log } = request
    const at = cloud.at(policy.home)
    const [image] = asked.bake.state === 'finished' ? asked.bake.result.images : []
    const fresh = {
      cloud: at,
      account: { ...acme().images, runnerCidrs: ['10.0.0.0/8'] },
      imageId: image?.imageId ?? '',
      instanceType: 't3.small',
      publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO06jg0n62/QPeYl5KwDWQCwFsR6p/Nro3kovTA8lrZ5 simulation',
      tags: { 'drover:release': asked.id, 'drover:family': asked.family, 'drover:purpose': 'verify' },
      token,
      clock,
      signal,
      log,
      bootDeadlineMs: 300_000,
    }
    const failed = ({ message }: { readonly message: string }) => [{ type: 'verify.failed', cause: message }] as const
    const ground = await prepareGround(fresh)
    if (!ground.ok) return failed(ground)
    const machine = await launchFresh(fresh, ground.value, 'judged')
    const rebooted = machine.ok ? await at.reboot([machine.value.id]) : machine
    const left = await disposeFresh(at, clock, token)
    if (!rebooted.ok) return failed(rebooted)
    if (left.length > 0) return failed({ message: left.join('; ') })
    return createScriptedWorld().performers.verify(request)
  }
}

function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}
