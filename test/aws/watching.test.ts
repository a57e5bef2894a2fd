import { describe, expect, it } from 'vitest'
import { Fault, place, stubAws } from './stub-aws.ts'

const instanceId = 'i-00000000000000001'

describe('commands on machines', () => {
  it('carry the script and its time, and say who they are', async () => {
    const { cloud, asked } = stubAws({ SendCommand: [{ Command: { CommandId: 'command-1' } }] })
    const comment = 'a comment '.repeat(20)
    await cloud.at(place).sendCommand({ instanceIds: [instanceId], script: 'echo "hi"', timeoutSeconds: 10, comment })
    expect(asked[0]?.parameters).toEqual({
      InstanceIds: [instanceId],
      DocumentName: 'AWS-RunShellScript',
      Parameters: { commands: ['echo "hi"'], executionTimeout: ['10'] },
      TimeoutSeconds: 30,
      Comment: comment.slice(0, 100),
    })
  })

  it('go to fifty machines at most', async () => {
    const { cloud, asked } = stubAws({})
    const command = {
      instanceIds: Array.from({ length: 51 }, () => instanceId),
      script: 'true',
      timeoutSeconds: 10,
      comment: 'test',
    }
    expect(await cloud.at(place).sendCommand(command)).toMatchObject({ ok: false, kind: 'invalid' })
    expect(asked).toEqual([])
  })

  it.each([
    [
      { Status: 'Success', StatusDetails: 'Success', ResponseCode: 0 },
      { status: 'Success', exitCode: 0 },
    ],
    [
      { Status: 'Failed', StatusDetails: 'Failed', ResponseCode: 3 },
      { status: 'Failed', exitCode: 3 },
    ],
    [
      { Status: 'Failed', StatusDetails: 'Undeliverable', ResponseCode: -1 },
      { status: 'Undeliverable', exitCode: undefined },
    ],
    [
      { Status: 'Delayed', ResponseCode: -1 },
      { status: 'Pending', exitCode: undefined },
    ],
  ])('end as %j', async (result, expected) => {
    const { cloud } = stubAws({
      ListCommandInvocations: [{ CommandInvocations: [{ InstanceId: instanceId }] }],
      GetCommandInvocation: [{ InstanceId: instanceId, StandardOutputContent: 'out', StandardErrorContent: 'err', ...result }],
    })
    expect(await cloud.at(place).commandInvocations('command-1')).toEqual({
      ok: true,
      value: [{ instanceId, stdout: 'out', stderr: 'err', ...expected }],
    })
  })
})

it('writes a parameter for an image as AWS checks one, and reads it with its version and kind', async () => {
  const { cloud, asked } = stubAws({
    PutParameter: [{ Version: 4 }],
    GetParameter: [{ Parameter: { Name: '/web/image', Value: 'ami-1', Version: 4, DataType: 'aws:ec2:image' } }],
  })
  expect(await cloud.at(place).putImageParameter('/web/image', 'ami-1')).toEqual({ ok: true, value: { version: 4 } })
  expect(asked[0]?.parameters).toEqual({
    Name: '/web/image',
    Value: 'ami-1',
    Type: 'String',
    DataType: 'aws:ec2:image',
    Overwrite: true,
  })
  const value = { value: 'ami-1', version: 4, dataType: 'aws:ec2:image' }
  expect(await cloud.at(place).imageParameter('/web/image')).toEqual({ ok: true, value })
})

it('decrypts parameters', async () => {
  const { cloud, asked } = stubAws({
    GetParameter: [{ Parameter: { Name: '/web/key', Value: 'secret' } }, new Fault(400, 'ParameterNotFound')],
  })
  expect(await cloud.at(place).parameter('/web/key')).toEqual({ ok: true, value: 'secret' })
  expect(asked[0]?.parameters).toEqual({ Name: '/web/key', WithDecryption: true })
  expect(await cloud.at(place).parameter('/web/none')).toMatchObject({ ok: false, kind: 'not-found' })
})

it('reads when an alarm rang, of composite ones too', async () => {
  const item = (HistorySummary: string, at: string) => ({ HistorySummary, Timestamp: Date.parse(at) / 1_000 })
  const { cloud, asked } = stubAws({
    DescribeAlarmHistory: [
      { AlarmHistoryItems: [item('Alarm updated from OK to INSUFFICIENT_DATA', '2026-11-22T06:00:00.000Z')], NextToken: 'more' },
      {
        AlarmHistoryItems: [
          item('Alarm updated from INSUFFICIENT_DATA to ALARM', '2026-11-22T06:01:00.000Z'),
          item('Alarm updated from ALARM to OK', '2026-11-22T06:02:00.000Z'),
        ],
      },
    ],
  })
  expect(await cloud.at(place).alarmRings('a', 1_000)).toEqual({ ok: true, value: ['2026-11-22T06:01:00.000Z'] })
  expect(asked[0]?.parameters).toMatchObject({ AlarmName: 'a', AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] })
})

it('reads metric and composite alarms', async () => {
  const alarm = { StateValue: 'OK', StateReason: 'fine' }
  const { cloud, asked } = stubAws({
    DescribeAlarms: [{ MetricAlarms: [{ AlarmName: 'a', ...alarm }], CompositeAlarms: [{ AlarmName: 'b', ...alarm }] }],
  })
  expect(await cloud.at(place).alarms(['a', 'b'])).toEqual({
    ok: true,
    value: [
      { name: 'a', state: 'OK', reason: 'fine' },
      { name: 'b', state: 'OK', reason: 'fine' },
    ],
  })
  expect(asked[0]?.parameters).toMatchObject({ AlarmNames: ['a', 'b'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] })
})
