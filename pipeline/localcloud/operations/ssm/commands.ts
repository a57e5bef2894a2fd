// CancelCommand and ListCommands.

import type {
  CancelCommandRequest,
  CancelCommandResult,
  CommandFilter,
  ListCommandsRequest,
  ListCommandsResult,
} from '@aws-sdk/client-ssm'
import type { ShellCommand } from '../../store/shell-command.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { commandView } from './command-view.ts'

/**
 * "There is no guarantee that the command will be terminated and the underlying process stopped" [doc: CancelCommand]: here the process goes on,
 * and what it comes to is not looked at. What has ended stays as it ended.
 */
export const cancelCommand = operation<CancelCommandRequest, CancelCommandResult>({
  handles: ['CommandId', 'InstanceIds'],
  run({ input, draft, place, now }) {
    const command = draft.get(place, 'shellCommands', input.CommandId ?? '')
    if (command === undefined) throw new ApiFault('InvalidCommandId', '')
    const known = command.invocations.map(({ instanceId }) => instanceId)
    // "If not provided, the command is canceled on every node on which it was requested" [doc: CancelCommand].
    const ids = input.InstanceIds?.length ? input.InstanceIds : known
    const stray = ids.filter((id) => !known.includes(id))
    if (stray.length > 0) throw new ApiFault('InvalidInstanceId', `The command was not sent to ${stray.join(', ')}.`)
    draft.change(place, 'shellCommands', command.id, {
      invocations: command.invocations.map((invocation) =>
        ids.includes(invocation.instanceId) && (invocation.status === 'Pending' || invocation.status === 'InProgress')
          ? { ...invocation, status: 'Cancelled', endedAt: now }
          : invocation,
      ),
    })
    return {}
  },
})

export const listCommands = operation<ListCommandsRequest, ListCommandsResult>({
  handles: ['CommandId', 'InstanceId', 'Filters', 'MaxResults', 'NextToken'],
  run({ input, draft, place }) {
    const { CommandId: id, InstanceId: instanceId } = input
    if (id !== undefined && draft.get(place, 'shellCommands', id) === undefined) throw new ApiFault('InvalidCommandId', '')
    const tests = (input.Filters ?? []).map(testOf)
    const rows = draft
      .rows(place, 'shellCommands')
      .filter((command) => id === undefined || command.id === id)
      .filter(({ invocations }) => instanceId === undefined || invocations.some((one) => one.instanceId === instanceId))
      .filter((command) => tests.every((test) => test(command)))
    const request = { size: input.MaxResults, token: input.NextToken, largest: 50, badToken: 'InvalidNextToken' }
    const page = pageOf(rows.reverse(), (command) => command.id, request)
    return { Commands: page.rows.map(commandView), NextToken: page.nextToken }
  },
})

const executing = new Set(['Pending', 'InProgress'])

/** [doc: CommandFilter] */
function testOf({ key, value = '' }: CommandFilter): (command: ShellCommand) => boolean {
  switch (key) {
    case 'InvokedAfter': {
      const instant = instantOf(value)
      return ({ requestedAt }) => requestedAt >= instant
    }
    case 'InvokedBefore': {
      const instant = instantOf(value)
      return ({ requestedAt }) => requestedAt < instant
    }
    case 'Status':
      return (command) => commandView(command).Status === value
    case 'ExecutionStage':
      return (command) => (executing.has(commandView(command).Status) ? 'Executing' : 'Complete') === value
    case 'DocumentName':
      return ({ documentName }) => documentName === value
    default:
      throw new ApiFault('InvalidFilterKey', `The filter key ${key} is not valid.`)
  }
}

function instantOf(text: string): number {
  const instant = Date.parse(text)
  if (Number.isNaN(instant)) throw new ApiFault('ValidationException', `The filter value ${text} is no time.`)
  return instant
}
