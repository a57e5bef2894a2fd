// Commands and their invocations as Systems Manager shows them.

import type { Command, CommandInvocation, GetCommandInvocationResult } from '@aws-sdk/client-ssm'
import type { Invocation, InvocationStatus, ShellCommand } from '../../store/shell-command.ts'

/** What an invocation's answer keeps of each stream, in characters (API_GetCommandInvocation). */
const longestOutput = 24_000

export function commandView(command: ShellCommand): Command {
  const status = statusOf(command)
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    Comment: command.comment,
    Parameters: Object.fromEntries(Object.entries(command.parameters).map(([name, values]) => [name, [...values]])),
    InstanceIds: command.invocations.map(({ instanceId }) => instanceId),
    RequestedDateTime: new Date(command.requestedAt),
    ExpiresAfter: new Date(command.expiresAt),
    Status: status,
    StatusDetails: detailOf(status),
    TargetCount: command.invocations.length,
    CompletedCount: command.invocations.filter(({ endedAt }) => endedAt !== undefined).length,
    ErrorCount: command.invocations.filter(({ status: one }) => one === 'Failed').length,
    DeliveryTimedOutCount: 0,
  }
}

export function invocationView(command: ShellCommand, invocation: Invocation, detailed: boolean): CommandInvocation {
  const { instanceId, status, exitCode, startedAt, endedAt } = invocation
  return {
    CommandId: command.id,
    InstanceId: instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    RequestedDateTime: new Date(command.requestedAt),
    Status: status,
    StatusDetails: detailOf(status),
    CommandPlugins: detailed
      ? [
          {
            Name: 'aws:runShellScript',
            Status: status,
            StatusDetails: detailOf(status),
            ResponseCode: exitCode ?? -1,
            Output: outputOf(invocation),
            ...(startedAt === undefined ? {} : { ResponseStartDateTime: new Date(startedAt) }),
            ...(endedAt === undefined ? {} : { ResponseFinishDateTime: new Date(endedAt) }),
          },
        ]
      : [],
  }
}

export function invocationResult(command: ShellCommand, invocation: Invocation): GetCommandInvocationResult {
  const { instanceId, status, exitCode, stdout, stderr, startedAt, endedAt } = invocation
  return {
    CommandId: command.id,
    InstanceId: instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    PluginName: 'aws:runShellScript',
    ResponseCode: exitCode ?? -1,
    Status: status,
    StatusDetails: detailOf(status),
    StandardOutputContent: stdout.slice(0, longestOutput),
    StandardErrorContent: stderr.slice(0, longestOutput),
    ExecutionStartDateTime: startedAt === undefined ? '' : new Date(startedAt).toISOString(),
    ExecutionEndDateTime: endedAt === undefined ? '' : new Date(endedAt).toISOString(),
  }
}

function statusOf({ invocations }: ShellCommand): InvocationStatus {
  const has = (status: InvocationStatus): boolean => invocations.some((one) => one.status === status)
  if (has('InProgress')) return 'InProgress'
  if (has('Pending')) return invocations.every(({ status }) => status === 'Pending') ? 'Pending' : 'InProgress'
  return has('Failed') ? 'Failed' : has('TimedOut') ? 'TimedOut' : 'Success'
}

function detailOf(status: InvocationStatus): string {
  return status === 'TimedOut' ? 'Execution Timed Out' : status
}

function outputOf({ stdout, stderr }: Invocation): string {
  const text = stderr === '' ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`
  return text.slice(0, 2_500)
}
