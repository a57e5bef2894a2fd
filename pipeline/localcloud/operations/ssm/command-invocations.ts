// GetCommandInvocation and ListCommandInvocations.

import type {
  GetCommandInvocationRequest,
  GetCommandInvocationResult,
  ListCommandInvocationsRequest,
  ListCommandInvocationsResult,
} from '@aws-sdk/client-ssm'
import type { Invocation } from '../../store/shell-command.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { pluginOutput, stderrOf, stdoutOf } from './command-output.ts'

export const getCommandInvocation = operation<GetCommandInvocationRequest, GetCommandInvocationResult>({
  handles: ['CommandId', 'InstanceId', 'PluginName'],
  run({ input, draft, place }) {
    const command = draft.get(place, 'shellCommands', input.CommandId ?? '')
    const invocation = command?.invocations.find(({ instanceId }) => instanceId === input.InstanceId)
    if (command === undefined || invocation === undefined) throw new ApiFault('InvocationDoesNotExist', '')
    return {
      CommandId: command.id,
      InstanceId: invocation.instanceId,
      Comment: command.comment,
      DocumentName: command.documentName,
      DocumentVersion: '$DEFAULT',
      PluginName: 'aws:runShellScript',
      ResponseCode: responseCode(invocation),
      Status: invocation.status,
      StatusDetails: statusDetails(invocation),
      StandardOutputContent: stdoutOf(invocation),
      StandardErrorContent: stderrOf(invocation),
      StandardOutputUrl: '',
      StandardErrorUrl: '',
      ExecutionStartDateTime: invocation.startedAt === undefined ? '' : new Date(invocation.startedAt).toISOString(),
      ExecutionEndDateTime: invocation.endedAt === undefined ? '' : new Date(invocation.endedAt).toISOString(),
    }
  },
})

export const listCommandInvocations = operation<ListCommandInvocationsRequest, ListCommandInvocationsResult>({
  handles: ['CommandId', 'InstanceId', 'Details', 'MaxResults', 'NextToken'],
  run({ input, draft, place }) {
    const command = input.CommandId === undefined ? undefined : draft.get(place, 'shellCommands', input.CommandId)
    if (input.CommandId !== undefined && command === undefined) throw new ApiFault('InvalidCommandId', '')
    const commands = command === undefined ? draft.rows(place, 'shellCommands') : [command]
    const rows = commands
      .flatMap((one) => one.invocations.map((invocation) => ({ command: one, invocation })))
      .filter(({ invocation }) => input.InstanceId === undefined || invocation.instanceId === input.InstanceId)
    const request = { size: input.MaxResults, token: input.NextToken, largest: 50, badToken: 'InvalidNextToken' }
    const page = pageOf(rows, ({ command: { id }, invocation }) => `${id} ${invocation.instanceId}`, request)
    return {
      NextToken: page.nextToken,
      CommandInvocations: page.rows.map(({ command: one, invocation }) => ({
        CommandId: one.id,
        InstanceId: invocation.instanceId,
        Comment: one.comment,
        DocumentName: one.documentName,
        DocumentVersion: '$DEFAULT',
        RequestedDateTime: new Date(one.requestedAt),
        Status: invocation.status,
        StatusDetails: statusDetails(invocation),
        CommandPlugins: input.Details ? [pluginView(invocation)] : [],
      })),
    }
  },
})

function pluginView(invocation: Invocation) {
  return {
    Name: 'aws:runShellScript',
    Status: invocation.status,
    StatusDetails: statusDetails(invocation),
    ResponseCode: responseCode(invocation),
    Output: pluginOutput(invocation),
    ...(invocation.startedAt === undefined ? {} : { ResponseStartDateTime: new Date(invocation.startedAt) }),
    ...(invocation.endedAt === undefined ? {} : { ResponseFinishDateTime: new Date(invocation.endedAt) }),
  }
}

/** -1 until there is an exit code. */
function responseCode(invocation: Invocation): number {
  return invocation.exitCode ?? -1
}

function statusDetails({ status }: Invocation): string {
  return status === 'TimedOut' ? 'Execution Timed Out' : status === 'InProgress' ? 'InProgress' : status
}
