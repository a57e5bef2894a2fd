// What goes wrong on purpose, as a client meets it: a call that is lost before it happened, or after, that is slow, or refused in its turn.

import { DescribeImagesCommand, DescribeInstancesCommand, EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AdminInput } from '../../pipeline/localcloud/index.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { type RunningCloud, runningCloud } from './running-cloud.ts'

let running: RunningCloud
beforeEach(async () => {
  running = await runningCloud({ random: createSeededRandom(3) })
})
afterEach(() => running.cloud.close())

function client(maxAttempts: number): EC2Client {
  const { endpoint, credentials } = running.cloud
  return new EC2Client({ region: 'eu-central-1', endpoint, credentials: { ...credentials }, maxAttempts })
}

async function instances(): Promise<number> {
  const { Reservations = [] } = await client(1).send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances).length
}

type Faults = AdminInput<'set-faults'>['faults']
const disturb = (...faults: Faults) => running.cloud.admin.call('set-faults', { faults })
const launch = (attempts: number, ClientToken?: string) =>
  client(attempts).send(
    new RunInstancesCommand({ ImageId: running.imageId, MinCount: 1, MaxCount: 1, ...(ClientToken && { ClientToken }) }),
  )

test('a request that is lost has not happened', async () => {
  await disturb({ kind: 'disturb-action', action: 'RunInstances', how: 'lose-request', times: 1 })
  await expect(launch(1)).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await instances()).toBe(0)
  await launch(1)
  expect(await instances()).toBe(1)
})

test('an answer that is lost has happened, and a client token makes one of both tries', async () => {
  await disturb({ kind: 'disturb-action', action: 'RunInstances', how: 'lose-answer', times: 1 })
  await expect(launch(1, 'same')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await instances()).toBe(1)
  await launch(1, 'same')
  expect(await instances()).toBe(1)
  await disturb({ kind: 'disturb-action', action: 'RunInstances', how: 'lose-answer', times: 1 })
  await launch(1).catch(() => launch(1))
  expect(await instances()).toBe(3)
})

test('a slow answer comes', async () => {
  await disturb({ kind: 'disturb-action', action: 'DescribeImages', how: 'delay', delayMs: 400, times: 1 })
  const started = performance.now()
  await client(1).send(new DescribeImagesCommand({ Owners: ['self'] }))
  expect(performance.now() - started).toBeGreaterThan(390)
})

async function outcomes(calls: number): Promise<string> {
  let seen = ''
  for (let call = 0; call < calls; call++) {
    seen += await client(1)
      .send(new DescribeInstancesCommand({}))
      .then(
        () => '.',
        () => 'x',
      )
  }
  return seen
}
const refusal = {
  kind: 'refuse-action',
  action: 'DescribeInstances',
  code: 'InternalError',
  message: 'An internal error',
  status: 500,
} as const

test('a fault hits the calls it is aimed at', async () => {
  await disturb({ ...refusal, skip: 2, times: 3 })
  expect(await outcomes(8)).toBe('..xxx...')
})

test('a fault that hits one in so many does so by the cloud’s own chance: the same calls for the same seed', async () => {
  await disturb({ ...refusal, oneIn: 3 })
  const first = await outcomes(40)
  expect(first.replaceAll('.', '').length).toBeGreaterThan(4)
  expect(first.replaceAll('x', '').length).toBeGreaterThan(15)
  await running.cloud.close()
  running = await runningCloud({ random: createSeededRandom(3) })
  await disturb({ ...refusal, oneIn: 3 })
  expect(await outcomes(40)).toBe(first)
})
