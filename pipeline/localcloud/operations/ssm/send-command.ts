// SendCommand: a shell script on machines that run the agent.

import type { SendCommandRequest, SendCommandResult } from '@aws-sdk/client-ssm'
import type { ShellCommand } from '../../store/shell-command.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { commandView } from './command-view.ts'
import { managedInstances } from './managed.ts'

export const sendCommand = operation<SendCommandRequest, SendCommandResult, readonly string[]>({
  handles: ['DocumentName', 'DocumentVersion', 'InstanceIds', 'Parameters', 'Comment', 'TimeoutSeconds'],
  observe: (input, place, state, machines) => managedInstances(state, place, machines, input.InstanceIds ?? []),
  run({ input, draft, place, now, observed }) {
    if (input.DocumentName !== 'AWS-RunShellScript')
      throw new ApiFault('InvalidDocument', `Document with name ${input.DocumentName} does not exist.`)
    const ids = [...new Set(input.InstanceIds)]
    if (ids.length === 0) throw new ApiFault('ValidationException', 'InstanceIds must name at least one instance.')
    if (ids.length > 50) throw new ApiFault('ValidationException', 'InstanceIds must have length less than or equal to 50.')
    const unreachable = ids.filter((id) => !observed.includes(id))
    if (unreachable.length > 0)
      throw new ApiFault(
        'InvalidInstanceId',
        `Instances [[${unreachable.join(', ')}]] not in a valid state for account ${place.split('/')[0]}`,
      )
    const parameters = input.Parameters ?? {}
    const stray = Object.keys(parameters).find((name) => !['commands', 'workingDirectory', 'executionTimeout'].includes(name))
    if (stray !== undefined) throw unsupported(`Parameters.${stray} of AWS-RunShellScript`)
    if (!parameters.commands?.length)
      throw new ApiFault('InvalidParameters', 'The document needs a value for its parameter commands.')
    const { TimeoutSeconds: deliverySeconds = 3_600 } = input
    // "If this time is reached and the command hasn't already started running, it won't run": 30 to 2592000 seconds [doc: SendCommand].
    if (deliverySeconds < 30 || deliverySeconds > 2_592_000)
      throw new ApiFault('ValidationException', `TimeoutSeconds must be between 30 and 2592000, not ${deliverySeconds}.`)
    const timeoutMs = executionSeconds(parameters.executionTimeout?.[0] ?? '3600') * 1_000
    const command: ShellCommand = {
      id: draft.mintUuid(),
      comment: input.Comment ?? '',
      documentName: 'AWS-RunShellScript',
      parameters,
      script: scriptOf(parameters),
      timeoutMs,
      requestedAt: now,
      expiresAt: now + deliverySeconds * 1_000 + timeoutMs,
      invocations: ids.map((instanceId) => ({ instanceId, status: 'InProgress', stdout: '', stderr: '', startedAt: now })),
    }
    forgetOld(draft, place, now)
    draft.put(place, 'shellCommands', command.id, command)
    return { Command: { ...commandView(command), Status: 'Pending', StatusDetails: 'Pending' } }
  },
})

/** "Command history is kept for 30 days" [doc: monitor-commands]. */
const keptMs = 30 * 86_400_000

function forgetOld(draft: Draft, place: PlaceKey, now: number): void {
  for (const command of draft.rows(place, 'shellCommands')) {
    if (now - command.requestedAt > keptMs) draft.remove(place, 'shellCommands', command.id)
  }
}

/** "The maximum is 172800 (48 hours)", says the document AWS-RunShellScript of its own parameter. */
function executionSeconds(text: string): number {
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 172_800) return seconds
  throw new ApiFault('InvalidParameters', `executionTimeout is 1 to 172800 seconds, not ${text}.`)
}

/** The lines make one script; the document's own working directory comes first. */
function scriptOf(parameters: Readonly<Record<string, readonly string[]>>): string {
  const directory = parameters.workingDirectory?.[0]
  const lines = parameters.commands ?? []
  return [...(directory ? [`cd '${directory.replaceAll("'", `'\\''`)}' || exit 1`] : []), ...lines].join('\n')
}
