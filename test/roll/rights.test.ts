// The rights `drover iam` prints for a stage's role are enough for rolls of groups whose templates tag their machines, forth and back.

import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import { expect, test } from 'vitest'
import { createTests } from '../../pipeline/promote/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { acmeRights } from '../rights/acme.ts'
import { aSoakPolicy, aStage, aTarget, machineTest } from '../support/factories.ts'
import { noCluster } from '../support/no-cluster.ts'
import { hold, without } from '../support/rights.ts'
import { openWorld, stage } from './local-world.ts'

const arn = `arn:aws:iam::${stage.account}:role/drover-promote`
const policies = acmeRights().roles.find((role) => role.arn === arn)?.policies ?? []

/** A roll that ends, the tests of its soak, and a roll that goes back: what each came to. */
async function outcomes(missing?: string): Promise<readonly (string | boolean)[]> {
  const world = await openWorld()
  try {
    const alarm = { AlarmName: 'web-5xx', Namespace: 'web', MetricName: 'errors', Statistic: 'Sum', Period: 60 } as const
    const threshold = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' } as const
    await world.clients.cloudWatch.send(new PutMetricAlarmCommand({ ...alarm, ...threshold, TreatMissingData: 'notBreaching' }))
    const state = { AlarmName: 'web-5xx', StateValue: 'OK', StateReason: 'quiet' } as const
    await world.clients.cloudWatch.send(new SetAlarmStateCommand(state))
    await hold(world.local, arn, without(policies, missing))
    const rolled = await world.roll(world.cloud, world.images.new, { alarms: ['web-5xx'] })
    const waves = [{ name: 'all', groups: [aTarget('eu-west-1/web')] }]
    const soaking = aStage('prod', { waves, soak: aSoakPolicy({ tests: [machineTest], alarms: ['web-5xx'] }) })
    const ports = { cloud: world.cloud, exec: createExec(), probe: { get: async () => ({ ok: true as const, status: 200 }) } }
    const drift = async () => ({ ok: false as const, message: 'no scanner here' })
    const tested = await createTests({ ...ports, drift, ...noCluster })(
      world.request({ kind: 'test', stage: soaking, round: 'start' }, [], []),
    )
    const back = await world.roll(world.cloud, world.images.dying, {}, [], 'd'.repeat(32))
    const last = back.events.at(-1)
    return [
      rolled.events.at(-1)?.type ?? '',
      ...tested.map((event) => event.type === 'test.finished' && event.ok),
      last?.type === 'roll.failed' ? `undone: ${last.undone}` : (last?.type ?? ''),
    ]
  } finally {
    await world.local.close()
  }
}

const well = ['roll.finished', true, true, 'undone: true']

test('with all of them everything goes as it should', async () => expect(await outcomes()).toEqual(well))

test('without the history of its alarms nothing is rolled that a soak would undo for it', async () => {
  const [rolled] = await outcomes('cloudwatch:DescribeAlarmHistory')
  expect(rolled).toBe('roll.refused')
})

test.each(['ec2:CreateTags', 'autoscaling:RollbackInstanceRefresh'])('without %s it does not', async (right) => {
  expect(await outcomes(right)).not.toEqual(well)
})
