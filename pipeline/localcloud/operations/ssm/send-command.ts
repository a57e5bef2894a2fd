// SendCommand: a shell script for named machines; the reconciler has their agents run it.

import type { SendCommandRequest, SendCommandResult } from '@aws-sdk/client-ssm'
import type { ShellCommand } from '../../store/shell-command.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { commandView } from './command-view.ts'
import { instancesIn, managedInstances } from './managed-instances.ts'

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html: at most 50 instance IDs; delivery 30 s to 30 days. */
const mostInstances = 50
const defaultDeliverySeconds = 3_600
const defaultExecutionSeconds = 3_600

export const sendCommand = operation<SendCommandRequest, SendCommandResult, ReadonlySet<string>>({
  handles: ['InstanceIds', 'DocumentName', 'DocumentVersion', 'Parameters', 'TimeoutSeconds', 'Comment'],
  observe: (input, place, state, machines) =>
    managedInstances(
      instancesIn(state, place).filter(({ id }) => (input.InstanceIds ?? []).includes(id)),
      machines,
    ),
  run({ input, draft, place, now, observed }) {
    if (input.DocumentName !== 'AWS-RunShellScript') {
      throw new ApiFault(
        'InvalidDocument',
        `The local cloud has the document AWS-RunShellScript only, not ${input.DocumentName}.`,
      )
    }
    const ids = required(input.InstanceIds, 'InstanceIds')
    if (ids.length > mostInstances)
      throw new ApiFault('ValidationException', `At most ${mostInstances} instance IDs can be given.`)
    const stranger = ids.find((id) => !observed.has(id))
    if (stranger !== undefined) throw new ApiFault('InvalidInstanceId', `Instances not in a valid state for account: ${stranger}`)
    const lines = input.Parameters?.commands
    if (lines === undefined || lines.length === 0) throw new ApiFault('InvalidParameters', 'The parameter commands is required.')
    const command: ShellCommand = {
      id: draft.mintUuid(),
      comment: input.Comment ?? '',
      documentName: input.DocumentName,
      parameters: input.Parameters ?? {},
      script: `${lines.join('\n')}\n`,
      timeoutMs: executionSeconds(input.Parameters?.executionTimeout?.[0]) * 1_000,
      requestedAt: now,
      expiresAt: now + (input.TimeoutSeconds ?? defaultDeliverySeconds) * 1_000,
      invocations: [...new Set(ids)].map((instanceId) => ({ instanceId, status: 'Pending', stdout: '', stderr: '' })),
    }
    draft.put(place, 'shellCommands', command.id, command)
    return { Command: commandView(command) }
  },
})

function executionSeconds(text: string | undefined): number {
  if (text === undefined) return defaultExecutionSeconds
  const seconds = Number(text)
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 172_800) {
    throw new ApiFault('InvalidParameters', `executionTimeout must be 1 to 172800 seconds, not ${text}.`)
  }
  return seconds
}
