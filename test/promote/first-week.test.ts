// What goes wrong with copies and soaks in a company's first week on AWS, with AWS's own errors, and what drover says about it.

import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { expect, test } from 'vitest'
import { createCopy, createTests } from '../../pipeline/promote/index.ts'
import type { Action } from '../../pipeline/release/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { openWorld, type World } from '../roll/local-world.ts'
import { anOpening, aPolicy, aRelease, aSoakPolicy, aStage, aTarget, machineTest } from '../support/factories.ts'
import { noCluster } from '../support/no-cluster.ts'

const kmsKeyIds = { 'eu-central-1': 'alias/drover', 'eu-north-1': 'alias/drover' }
const opening = { ...anOpening(), policy: aPolicy({ kmsKeyIds }) }

type Copy = Extract<Action, { readonly kind: 'copy' }>

async function inWorld(options: Parameters<typeof openWorld>[0], act: (world: World) => Promise<void>): Promise<void> {
  const world = await openWorld(options)
  try {
    await act(world)
  } finally {
    await world.local.close()
  }
}

/** In the first of the regions; of the other somebody has forgotten it. */
async function addKey({ local }: World): Promise<void> {
  const { account } = aPolicy().home
  await local.admin.call('add-kms-key', { account, region: 'eu-central-1', name: 'alias/drover', accounts: [] })
}

/** @param release what is known of it by then. */
async function copyTo(world: World, region: string, token: string, release = aRelease([], { opening })) {
  const image = { architecture: 'x86_64', imageId: world.images.new, name: 'web', region: 'eu-west-1' } as const
  const action: Copy = { kind: 'copy', region, image }
  const recorded: string[] = []
  return createCopy({ cloud: world.cloud })({ ...world.request(action, [], recorded), token, release })
}

test('a copy that fails in one region says why, and takes nothing from the region where it does not', async () => {
  await inWorld({}, async (world) => {
    const { home } = aPolicy()
    await addKey(world)
    const [good, bad] = await Promise.all([
      copyTo(world, 'eu-central-1', 'a'.repeat(32)),
      copyTo(world, 'eu-north-1', 'b'.repeat(32)),
    ])
    expect(good).toEqual([expect.objectContaining({ type: 'copy.finished', region: 'eu-central-1' })])
    expect(bad).toEqual([
      expect.objectContaining({
        type: 'copy.failed',
        region: 'eu-north-1',
        cause: expect.stringMatching(/[Kk]ey .*not accessible/),
      }),
    ])
    const left = await world.cloud.at({ ...home, region: 'eu-north-1' }).findImages({ owners: ['self'] })
    expect(left).toEqual({ ok: true, value: [] })
  })
})

test('a copy that outlasts its deadline is waited for again, and never made twice', async () => {
  await inWorld({}, async (world) => {
    await addKey(world)
    const region = 'eu-central-1'
    const impatient = { ...opening, policy: { ...opening.policy, copyDeadlineMs: 0 } }
    const [late] = await copyTo(world, region, 'a'.repeat(32), aRelease([], { opening: impatient }))
    expect(late).toMatchObject({ type: 'copy.failed', cause: expect.stringMatching(/^ami-\w+ is not available after 0s$/) })
    if (late?.type !== 'copy.failed') throw new Error('it did not fail')
    const intent = { type: 'copy.intended', region, architecture: 'x86_64', token: 'a' } as const
    const again = aRelease([intent, late, { ...intent, token: 'b' }], { opening })
    const [made] = await copyTo(world, region, 'b'.repeat(32), again)
    const copies = await world.cloud.at({ ...opening.policy.home, region }).findImages({ owners: ['self'], nameGlob: 'web' })
    expect(copies).toMatchObject({ ok: true, value: [{ id: late.cause.split(' ')[0] }] })
    expect(made).toMatchObject({ type: 'copy.finished', imageId: late.cause.split(' ')[0] })
  })
})

test('a copy is no other image that has its name', async () => {
  await inWorld({}, async (world) => {
    await addKey(world)
    const region = 'eu-central-1'
    await world.local.admin.call('seed-image', {
      owner: opening.policy.home.account,
      name: 'web',
      regions: [region],
      rootDirectory: '/old',
    })
    expect(await copyTo(world, region, 'a'.repeat(32))).toMatchObject([
      { type: 'copy.failed', cause: expect.stringContaining('InvalidAMIName.Duplicate') },
    ])
  })
})

test('a session that AWS ends in the middle of a copy is taken anew', async () => {
  await inWorld({}, async (world) => {
    await addKey(world)
    const copying = copyTo(world, 'eu-central-1', 'c'.repeat(32))
    await world.local.admin.call('end-sessions', {})
    expect(await copying).toEqual([expect.objectContaining({ type: 'copy.finished' })])
  })
})

/** What the soak's test on the machines of group `web` comes to. */
async function testOnMachines(world: World) {
  const waves = [{ name: 'all', groups: [aTarget('eu-west-1/web')] }]
  const stage = aStage('prod', { waves, soak: aSoakPolicy({ tests: [machineTest] }) })
  const ports = { cloud: world.cloud, exec: createExec(), probe: { get: async () => ({ ok: true as const, status: 200 }) } }
  const drift = async () => ({ ok: false as const, message: 'no scanner here' })
  return createTests({ ...ports, drift, ...noCluster })(world.request({ kind: 'test', stage, round: 'start' }, [], []))
}

const unreached = [
  expect.objectContaining({
    type: 'test.finished',
    ok: false,
    detail: expect.stringMatching(
      /InvalidInstanceId.*\(does every machine run the SSM agent, with an instance profile that lets it speak to SSM\?\)/,
    ),
  }),
]

test('machines without the SSM agent fail the test that needs it, and the sentence says what to look at', async () => {
  await inWorld({ withoutAgent: true }, async (world) => expect(await testOnMachines(world)).toEqual(unreached))
})

const policyOf = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const ofMachines = policyOf({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' })
const toRegister = { Effect: 'Allow', Action: 'ssm:UpdateInstanceInformation', Resource: '*' }

test('machines whose instance profile lacks the right are not reached, and the sentence says what to look at', async () => {
  await inWorld({}, async (world) => {
    const { clients } = world
    const RoleName = 'machine'
    await clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: ofMachines }))
    expect(await testOnMachines(world)).toEqual(unreached)
    const ofRole = { RoleName, PolicyName: 'agent' }
    await clients.iam.send(new PutRolePolicyCommand({ ...ofRole, PolicyDocument: policyOf(toRegister) }))
    expect(await testOnMachines(world)).toEqual([expect.objectContaining({ type: 'test.finished', ok: true })])
    await clients.iam.send(new PutRolePolicyCommand({ ...ofRole, PolicyDocument: policyOf({ ...toRegister, Effect: 'Deny' }) }))
    expect(await testOnMachines(world)).toEqual(unreached)
  })
})
