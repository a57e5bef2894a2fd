// SendCommand (AWS-RunShellScript), GetCommandInvocation, ListCommandInvocations, DescribeInstanceInformation.

import type {
  DescribeInstanceInformationRequest,
  DescribeInstanceInformationResult,
  GetCommandInvocationRequest,
  GetCommandInvocationResult,
  ListCommandInvocationsRequest,
  ListCommandInvocationsResult,
  SendCommandRequest,
  SendCommandResult,
} from '@aws-sdk/client-ssm'
import type { Invocation, ShellCommand } from '../../store/shell-command.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { managedInstances } from './managed.ts'

/** "StandardOutputContent holds the first 24,000 characters" [doc: GetCommandInvocation]. */
const longestOutput = 24_000

export const sendCommand = operation<SendCommandRequest, SendCommandResult, readonly string[]>({
  handles: [
    'DocumentName',
    'DocumentVersion',
    'InstanceIds',
    'Parameters',
    'Comment',
    'TimeoutSeconds',
    'MaxConcurrency',
    'MaxErrors',
  ],
  observe: (input, place, state, machines) => managedInstances(state, place, machines, input.InstanceIds ?? []),
  run({ input, draft, place, now, observed }) {
    if (input.DocumentName !== 'AWS-RunShellScript')
      throw new ApiFault('InvalidDocument', `Document with name ${input.DocumentName} does not exist.`)
    const ids = input.InstanceIds ?? []
    if (ids.length === 0) throw new ApiFault('ValidationException', 'InstanceIds must name at least one instance.')
    const unreachable = ids.filter((id) => !observed.includes(id))
    if (unreachable.length > 0)
      throw new ApiFault(
        'InvalidInstanceId',
        `Instances [[${unreachable.join(', ')}]] not in a valid state for account ${place.split('/')[0]}`,
      )
    const parameters = input.Parameters ?? {}
    const stray = Object.keys(parameters).find((name) => !['commands', 'workingDirectory', 'executionTimeout'].includes(name))
    if (stray !== undefined) throw unsupported(`Parameters.${stray} of AWS-RunShellScript`)
    const timeoutMs = Number(parameters.executionTimeout?.[0] ?? 3_600) * 1_000
    const command: ShellCommand = {
      id: draft.mintUuid(),
      comment: input.Comment ?? '',
      documentName: 'AWS-RunShellScript',
      parameters,
      script: scriptOf(parameters),
      timeoutMs,
      requestedAt: now,
      expiresAt: now + (input.TimeoutSeconds ?? 3_600) * 1_000 + timeoutMs,
      invocations: ids.map((instanceId) => ({ instanceId, status: 'InProgress', stdout: '', stderr: '', startedAt: now })),
    }
    draft.put(place, 'shellCommands', command.id, command)
    return {
      Command: {
        CommandId: command.id,
        DocumentName: command.documentName,
        Comment: command.comment,
        Parameters: parameters,
        InstanceIds: ids,
        Targets: [],
        Status: 'Pending',
        StatusDetails: 'Pending',
        RequestedDateTime: new Date(now),
        ExpiresAfter: new Date(command.expiresAt),
        TargetCount: ids.length,
        CompletedCount: 0,
        ErrorCount: 0,
      },
    }
  },
})

/** The lines make one script; the document's own working directory comes first. */
function scriptOf(parameters: Readonly<Record<string, readonly string[]>>): string {
  const directory = parameters.workingDirectory?.[0]
  const lines = parameters.commands ?? []
  return [...(directory ? [`cd '${directory.replaceAll("'", `'\\''`)}' || exit 1`] : []), ...lines].join('\n')
}

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
      StandardOutputContent: invocation.stdout.slice(0, longestOutput),
      StandardErrorContent: invocation.stderr.slice(0, longestOutput),
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

/** "Output of the plugin: the first 2,500 characters of both streams" [doc: CommandPlugin]. */
function pluginView(invocation: Invocation) {
  return {
    Name: 'aws:runShellScript',
    Status: invocation.status,
    StatusDetails: statusDetails(invocation),
    ResponseCode: responseCode(invocation),
    Output: `${invocation.stdout}${invocation.stderr === '' ? '' : `\n----------ERROR-------\n${invocation.stderr}`}`.slice(
      0,
      2_500,
    ),
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

export const describeInstanceInformation = operation<
  DescribeInstanceInformationRequest,
  DescribeInstanceInformationResult,
  readonly string[]
>({
  handles: ['Filters', 'InstanceInformationFilterList', 'MaxResults', 'NextToken'],
  observe: (_input, place, state, machines) => managedInstances(state, place, machines),
  run({ input, draft, place, now, observed }) {
    const wanted = wantedIds(input)
    const rows = observed
      .flatMap((id) => draft.get(place, 'instances', id) ?? [])
      .filter(({ id }) => wanted === undefined || wanted.includes(id))
    const page = pageOf(rows, ({ id }) => id, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 50,
      badToken: 'InvalidNextToken',
    })
    return {
      NextToken: page.nextToken,
      InstanceInformationList: page.rows.map((instance) => ({
        InstanceId: instance.id,
        PingStatus: 'Online' as const,
        LastPingDateTime: new Date(now),
        PlatformType: 'Linux' as const,
        PlatformName: 'Debian GNU/Linux',
        ResourceType: 'EC2Instance' as const,
        IPAddress: instance.address,
      })),
    }
  },
})

function wantedIds(input: DescribeInstanceInformationRequest): readonly string[] | undefined {
  const filters = [
    ...(input.Filters ?? []).map(({ Key, Values }) => ({ key: Key, values: Values })),
    ...(input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({ key, values: valueSet })),
  ]
  const stray = filters.find(({ key }) => key !== 'InstanceIds')
  if (stray !== undefined) throw unsupported(`the filter ${stray.key} of DescribeInstanceInformation`)
  return filters.length === 0 ? undefined : filters.flatMap(({ values }) => values ?? [])
}
