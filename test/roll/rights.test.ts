// The rights docs/aws.md gives a stage's role are enough for its rolls and tests, and each of them is needed: the local cloud enforces them.

import { PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch'
import { expect, test } from 'vitest'
import { createTests } from '../../pipeline/promote/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { aSoakPolicy, aStage, aTarget, machineTest } from '../support/factories.ts'
import { hold, rightsIn } from '../support/rights.ts'
import { openWorld, stage } from './local-world.ts'

const rights = await rightsIn(/A stage's role, in the stage's account.*?\n\n(\|.*?)\n\n/s)

/** Only after an instance refresh that AWS will not roll back, which preflight sees to. */
const unused = ['autoscaling:CancelInstanceRefresh']

/** A roll that ends, the tests of its soak, and a roll that goes back: what each came to. */
async function outcomes(allowed: readonly string[]): Promise<readonly (string | boolean)[]> {
  const world = await openWorld()
  try {
    const alarm = { AlarmName: 'web-5xx', Namespace: 'web', MetricName: 'errors', Statistic: 'Sum', Period: 60 } as const
    const threshold = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' } as const
    await world.clients.cloudWatch.send(new PutMetricAlarmCommand({ ...alarm, ...threshold, TreatMissingData: 'notBreaching' }))
    const state = { AlarmName: 'web-5xx', StateValue: 'OK', StateReason: 'quiet' } as const
    await world.clients.cloudWatch.send(new SetAlarmStateCommand(state))
    await hold(world.local, `arn:aws:iam::${stage.account}:role/drover-promote`, allowed)
    const rolled = await world.roll(world.cloud, world.images.new, { alarms: ['web-5xx'] })
    const waves = [{ name: 'all', groups: [aTarget('eu-west-1/web')] }]
    const soaking = aStage('prod', { waves, soak: aSoakPolicy({ tests: [machineTest], alarms: ['web-5xx'] }) })
    const ports = { cloud: world.cloud, exec: createExec(), probe: { get: async () => ({ ok: true as const, status: 200 }) } }
    const drift = async () => ({ ok: false as const, message: 'no scanner here' })
    const tested = await createTests({ ...ports, drift })(world.request({ kind: 'test', stage: soaking, round: 'start' }, [], []))
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

test('with all of them everything goes as it should', async () => {
  expect(rights.length).toBeGreaterThan(15)
  expect(await outcomes(rights)).toEqual(well)
})

test.each(rights.filter((right) => !unused.includes(right)))('without %s it does not', async (right) => {
  expect(await outcomes(rights.filter((one) => one !== right))).not.toEqual(well)
})
