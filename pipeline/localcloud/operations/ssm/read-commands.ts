// GetCommandInvocation, ListCommandInvocations and ListCommands.

import type {
  GetCommandInvocationRequest,
  GetCommandInvocationResult,
  ListCommandInvocationsRequest,
  ListCommandInvocationsResult,
  ListCommandsRequest,
  ListCommandsResult,
} from '@aws-sdk/client-ssm'
import type { ShellCommand } from '../../store/shell-command.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { commandView, invocationResult, invocationView } from './command-view.ts'

export const getCommandInvocation = operation<GetCommandInvocationRequest, GetCommandInvocationResult>({
  handles: ['CommandId', 'InstanceId', 'PluginName'],
  run({ input, draft, place }) {
    const command = commandOf(draft, place, required(input.CommandId, 'CommandId'))
    const invocation = command.invocations.find(({ instanceId }) => instanceId === input.InstanceId)
    if (invocation === undefined) {
      throw new ApiFault('InvocationDoesNotExist', `There is no invocation of ${command.id} on ${input.InstanceId}.`)
    }
    return invocationResult(command, invocation)
  },
})

export const listCommandInvocations = operation<ListCommandInvocationsRequest, ListCommandInvocationsResult>({
  handles: ['CommandId', 'InstanceId', 'Details', 'MaxResults', 'NextToken'],
  run({ input, draft, place }) {
    const rows = commandsIn(draft, place, input.CommandId).flatMap((command) =>
      command.invocations
        .filter(({ instanceId }) => input.InstanceId === undefined || instanceId === input.InstanceId)
        .map((invocation) => ({ command, invocation })),
    )
    const page = pageOf(rows, ({ command, invocation }) => `${command.id}/${invocation.instanceId}`, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 50,
      badToken: 'InvalidNextToken',
    })
    return {
      CommandInvocations: page.rows.map(({ command, invocation }) => invocationView(command, invocation, input.Details === true)),
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    }
  },
})

export const listCommands = operation<ListCommandsRequest, ListCommandsResult>({
  handles: ['CommandId', 'InstanceId', 'MaxResults', 'NextToken'],
  run({ input, draft, place }) {
    const rows = commandsIn(draft, place, input.CommandId).filter(
      ({ invocations }) =>
        input.InstanceId === undefined || invocations.some(({ instanceId }) => instanceId === input.InstanceId),
    )
    const page = pageOf(rows, ({ id }) => id, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 50,
      badToken: 'InvalidNextToken',
    })
    return { Commands: page.rows.map(commandView), ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }) }
  },
})

function commandOf(draft: Draft, place: PlaceKey, id: string): ShellCommand {
  const command = draft.get(place, 'shellCommands', id)
  if (command === undefined) throw new ApiFault('InvalidCommandId', `There is no command ${id}.`)
  return command
}

/** Newest first, as the service lists them. */
function commandsIn(draft: Draft, place: PlaceKey, id: string | undefined): readonly ShellCommand[] {
  if (id !== undefined) return [commandOf(draft, place, id)]
  return draft.rows(place, 'shellCommands').toSorted((a, b) => b.requestedAt - a.requestedAt || (a.id < b.id ? -1 : 1))
}
