// Alarms, parameters, and commands run on machines through SSM.

import { DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import {
  GetCommandInvocationCommand,
  type GetCommandInvocationResult,
  GetParameterCommand,
  ListCommandInvocationsCommand,
  PutParameterCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm'
import type { AlarmState, CloudAt, CommandInvocation, ImageParameter } from '../ports/index.ts'
import { oneOf, outcomeOf, text, wholeNumber } from './answer.ts'
import type { Caller } from './caller.ts'
import { CallFailed } from './failure.ts'
import { everyItem, slicesOf } from './pages.ts'

type WatchingVerbs = Pick<
  CloudAt,
  | 'alarms'
  | 'alarmHistory'
  | 'alarmRings'
  | 'sendCommand'
  | 'commandInvocations'
  | 'parameter'
  | 'imageParameter'
  | 'putImageParameter'
>

export function watchingVerbs(call: Caller): WatchingVerbs {
  return {
    alarms: (names) => outcomeOf(() => alarms(call, names)),
    alarmHistory: (name) => outcomeOf(() => alarmHistory(call, name)),
    alarmRings: (name, since) => outcomeOf(() => alarmRings(call, name, since)),
    sendCommand: (request) => outcomeOf(() => sendCommand(call, request)),
    commandInvocations: (commandId) => outcomeOf(() => commandInvocations(call, commandId)),
    parameter: (name) => outcomeOf(() => parameter(call, name)),
    imageParameter: (name) => outcomeOf(() => imageParameter(call, name)),
    putImageParameter: (name, imageId) => outcomeOf(() => putImageParameter(call, name, imageId)),
  }
}

/** Alarms that don't exist are not among the answers. */
async function alarms(call: Caller, names: readonly string[]): Promise<readonly AlarmState[]> {
  const found: AlarmState[] = []
  for (const AlarmNames of slicesOf(names, 100)) {
    const slice = await everyItem(async (NextToken) => {
      const request = new DescribeAlarmsCommand({
        AlarmNames: [...AlarmNames],
        // Without this CloudWatch leaves composite alarms out.
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        NextToken,
      })
      const answer = await call(`DescribeAlarms ${AlarmNames.join(' ')}`, ({ cloudWatch }) => cloudWatch.send(request))
      return { items: [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])], next: answer.NextToken }
    })
    found.push(
      ...slice.map((alarm) => ({
        name: text(alarm.AlarmName, 'name of the alarm'),
        state: oneOf(alarm.StateValue, ['OK', 'ALARM', 'INSUFFICIENT_DATA'], 'state of the alarm'),
        reason: alarm.StateReason ?? '',
      })),
    )
  }
  return found
}

// "If you omit this parameter, only metric alarms are returned" [doc: DescribeAlarmHistory].
const bothTypes = ['MetricAlarm', 'CompositeAlarm'] as const

async function alarmHistory(call: Caller, AlarmName: string): Promise<void> {
  const request = new DescribeAlarmHistoryCommand({ AlarmName, AlarmTypes: [...bothTypes], MaxRecords: 1 })
  await call(`DescribeAlarmHistory ${AlarmName}`, ({ cloudWatch }) => cloudWatch.send(request))
}

async function alarmRings(call: Caller, AlarmName: string, since: number): Promise<readonly string[]> {
  const items = await everyItem(async (NextToken) => {
    const request = new DescribeAlarmHistoryCommand({
      AlarmName,
      AlarmTypes: [...bothTypes],
      HistoryItemType: 'StateUpdate',
      StartDate: new Date(since),
      ScanBy: 'TimestampAscending',
      NextToken,
    })
    const answer = await call(`DescribeAlarmHistory ${AlarmName}`, ({ cloudWatch }) => cloudWatch.send(request))
    return { items: answer.AlarmHistoryItems, next: answer.NextToken }
  })
  // "Alarm updated from OK to ALARM": the data beside it have versions, this sentence has none.
  return items.flatMap(({ HistorySummary, Timestamp }) =>
    / to ALARM\b/i.test(HistorySummary ?? '') ? [Timestamp?.toISOString() ?? 'an unknown time'] : [],
  )
}

/** SSM takes this many instance IDs in one command, and no client token: a repeat would run the script twice. */
const mostInstances = 50

async function sendCommand(
  call: Caller,
  request: Parameters<CloudAt['sendCommand']>[0],
): Promise<{ readonly commandId: string }> {
  const subject = `SendCommand “${request.comment}”`
  if (request.instanceIds.length > mostInstances) {
    const message = `${subject}: SSM takes at most ${mostInstances} instances in one command`
    throw new CallFailed({ ok: false, kind: 'invalid', code: 'TooManyInstances', message })
  }
  const command = new SendCommandCommand({
    InstanceIds: [...request.instanceIds],
    DocumentName: 'AWS-RunShellScript',
    Parameters: { commands: [request.script], executionTimeout: [String(request.timeoutSeconds)] },
    // Time to be picked up by the agent, which is not the script's; 30 s is the least SSM takes.
    TimeoutSeconds: Math.max(30, request.timeoutSeconds),
    Comment: request.comment.slice(0, 100),
  })
  const answer = await call(subject, ({ ssm }) => ssm.send(command), 'unsafe')
  return { commandId: text(answer.Command?.CommandId, 'ID of the command') }
}

/** The list says who ran it; streams and exit codes are asked for one by one, as only that answer keeps them apart. */
async function commandInvocations(call: Caller, commandId: string): Promise<readonly CommandInvocation[]> {
  const listed = await everyItem(async (NextToken) => {
    const request = new ListCommandInvocationsCommand({ CommandId: commandId, NextToken })
    const answer = await call(`ListCommandInvocations ${commandId}`, ({ ssm }) => ssm.send(request))
    return { items: answer.CommandInvocations, next: answer.NextToken }
  })
  const invocations: CommandInvocation[] = []
  for (const { InstanceId } of listed) {
    const request = new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: text(InstanceId, 'instance ID') })
    invocations.push(invocation(await call(`GetCommandInvocation ${commandId} ${InstanceId}`, ({ ssm }) => ssm.send(request))))
  }
  return invocations
}

async function parameter(call: Caller, name: string): Promise<string> {
  const request = new GetParameterCommand({ Name: name, WithDecryption: true })
  const { Parameter } = await call(`GetParameter ${name}`, ({ ssm }) => ssm.send(request))
  return text(Parameter?.Value, `value of the parameter ${name}`)
}

async function imageParameter(call: Caller, name: string): Promise<ImageParameter> {
  const request = new GetParameterCommand({ Name: name })
  const { Parameter } = await call(`GetParameter ${name}`, ({ ssm }) => ssm.send(request))
  return {
    value: text(Parameter?.Value, `value of the parameter ${name}`),
    version: wholeNumber(Parameter?.Version, `version of the parameter ${name}`),
    dataType: Parameter?.DataType ?? 'text',
  }
}

async function putImageParameter(call: Caller, name: string, imageId: string): Promise<{ readonly version: number }> {
  const request = new PutParameterCommand({
    Name: name,
    Value: imageId,
    Type: 'String',
    DataType: 'aws:ec2:image',
    Overwrite: true,
  })
  const answer = await call(`PutParameter ${name}`, ({ ssm }) => ssm.send(request))
  return { version: wholeNumber(answer.Version, `version of the parameter ${name}`) }
}

const statuses = {
  Pending: 'Pending',
  Delayed: 'Pending',
  InProgress: 'InProgress',
  Cancelling: 'InProgress',
  Success: 'Success',
  Failed: 'Failed',
  TimedOut: 'TimedOut',
  Cancelled: 'Cancelled',
} as const satisfies Record<string, CommandInvocation['status']>

function invocation(result: GetCommandInvocationResult): CommandInvocation {
  const known = Object.keys(statuses) as (keyof typeof statuses)[]
  const status = statuses[oneOf(result.Status, known, 'status of the command')]
  return {
    instanceId: text(result.InstanceId, 'instance ID'),
    status: result.StatusDetails === 'Undeliverable' ? 'Undeliverable' : status,
    // -1 stands for “not run to its end yet”.
    exitCode: result.ResponseCode === undefined || result.ResponseCode < 0 ? undefined : result.ResponseCode,
    stdout: result.StandardOutputContent ?? '',
    stderr: result.StandardErrorContent ?? '',
  }
}
