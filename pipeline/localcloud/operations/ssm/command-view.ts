// A command as SSM answers it: what its invocations come to together.

import type { Command } from '@aws-sdk/client-ssm'
import type { InvocationStatus, ShellCommand } from '../../store/shell-command.ts'

export function commandView(command: ShellCommand): Command & { readonly Status: InvocationStatus } {
  const count = (...statuses: readonly InvocationStatus[]) =>
    command.invocations.filter(({ status }) => statuses.includes(status)).length
  const status = statusOf(command)
  return {
    CommandId: command.id,
    DocumentName: command.documentName,
    Comment: command.comment,
    Parameters: Object.fromEntries(Object.entries(command.parameters).map(([name, values]) => [name, [...values]])),
    InstanceIds: command.invocations.map(({ instanceId }) => instanceId),
    Targets: [],
    Status: status,
    StatusDetails: status === 'TimedOut' ? 'Execution Timed Out' : status,
    RequestedDateTime: new Date(command.requestedAt),
    ExpiresAfter: new Date(command.expiresAt),
    TargetCount: command.invocations.length,
    CompletedCount: count('Success', 'Failed', 'TimedOut', 'Cancelled'),
    ErrorCount: count('Failed', 'TimedOut'),
  }
}

/** "In progress" while any is; then what went wrong, before what went well [doc: monitor-commands]. Which of two wrongs is said no page tells [inferred]. */
function statusOf({ invocations }: ShellCommand): InvocationStatus {
  const ladder: readonly InvocationStatus[] = ['InProgress', 'Pending', 'Failed', 'TimedOut', 'Cancelled']
  return ladder.find((status) => invocations.some((one) => one.status === status)) ?? 'Success'
}
