// Commands are listed, page by page and filtered, and called off.

import { expect, test } from 'vitest'
import { cancelCommand } from '../../../pipeline/localcloud/operations/ssm/commands.ts'
import { applyResult } from '../../../pipeline/localcloud/reconcile/machine-results.ts'
import type { ShellCommand } from '../../../pipeline/localcloud/store/shell-command.ts'
import { Draft, emptyState, placeKey } from '../../../pipeline/localcloud/store/state.ts'
import { minute, second, simulateCloud } from '../simulated-cloud.ts'

const document = 'AWS-RunShellScript'

test('commands are listed newest first, in pages, by what they came to and when', async () => {
  const { ask, advance, cloud, imageId, now, refusal } = await simulateCloud()
  await cloud.admin.call('add-instance-profile', { account: '000000000001', name: 'web', role: 'web' })
  const launch = { ImageId: imageId, MinCount: 1, MaxCount: 1, IamInstanceProfile: { Name: 'web' } }
  const { InstanceId } = (await ask('ec2', 'RunInstances', launch)).Instances[0]
  await advance(30 * second)
  const began = now()
  const sent: string[] = []
  for (const commands of [['a'], ['b'], ['c']]) {
    const { Command } = await ask('ssm', 'SendCommand', {
      DocumentName: document,
      InstanceIds: [InstanceId],
      Parameters: { commands },
    })
    sent.push(Command.CommandId)
    await advance(minute, undefined, 10 * second)
  }
  const ids = async (input: object) =>
    (await ask('ssm', 'ListCommands', input)).Commands.map(({ CommandId }: { CommandId: string }) => CommandId)
  const first = await ask('ssm', 'ListCommands', { MaxResults: 2 })
  expect(first.Commands.map(({ CommandId }: { CommandId: string }) => CommandId)).toEqual([sent[2], sent[1]])
  expect(first.Commands[0]).toMatchObject({ Status: 'Success', CompletedCount: 1, ErrorCount: 0 })
  expect(await ids({ NextToken: first.NextToken })).toEqual([sent[0]])
  const before = new Date(began + 30 * second).toISOString()
  expect(await ids({ Filters: [{ key: 'InvokedBefore', value: before }] })).toEqual([sent[0]])
  expect(await ids({ Filters: [{ key: 'InvokedAfter', value: before }] })).toEqual([sent[2], sent[1]])
  expect(await ids({ Filters: [{ key: 'Status', value: 'Failed' }] })).toEqual([])
  expect(await ids({ Filters: [{ key: 'ExecutionStage', value: 'Complete' }] })).toHaveLength(3)
  expect(await ids({ CommandId: sent[1] })).toEqual([sent[1]])
  const wrong = { Filters: [{ key: 'Colour', value: 'blue' }] }
  expect(await refusal('ssm', 'ListCommands', wrong)).toMatchObject({ code: 'InvalidFilterKey' })
  expect(await refusal('ssm', 'CancelCommand', { CommandId: '00000000-0000-4000-a000-000000000000' })).toMatchObject({
    code: 'InvalidCommandId',
  })
  // What has ended stays as it ended.
  await ask('ssm', 'CancelCommand', { CommandId: sent[0] })
  expect((await ask('ssm', 'ListCommands', { CommandId: sent[0] })).Commands[0]).toMatchObject({ Status: 'Success' })
})

test('a command is cancelled where it was asked, and what its script comes to afterwards is not looked at', () => {
  const place = placeKey('000000000001', 'eu-central-1')
  const draft = new Draft(emptyState('cancel'))
  const invocation = (instanceId: string) => ({ instanceId, status: 'InProgress' as const, stdout: '', stderr: '', startedAt: 0 })
  const command: ShellCommand = {
    id: 'c',
    comment: '',
    documentName: document,
    parameters: {},
    script: '',
    timeoutMs: 1,
    requestedAt: 0,
    expiresAt: 1,
    invocations: [invocation('i-1'), invocation('i-2')],
  }
  draft.put(place, 'shellCommands', 'c', command)
  const input = { CommandId: 'c', InstanceIds: ['i-1'] }
  cancelCommand.run({ input, draft, place, now: 5 } as unknown as Parameters<typeof cancelCommand.run>[0])
  for (const instanceId of ['i-1', 'i-2']) {
    const ran = { kind: 'ran' as const, outcome: { exitCode: 0, stdout: 'x', stderr: '', timedOut: false } }
    const script = { kind: 'run-script' as const, place, commandId: 'c', instanceId, script: '', timeoutMs: 1 }
    applyResult(draft, script, ran, 9)
  }
  expect(draft.get(place, 'shellCommands', 'c')?.invocations).toMatchObject([
    { instanceId: 'i-1', status: 'Cancelled', endedAt: 5, stdout: '' },
    { instanceId: 'i-2', status: 'Success', endedAt: 9, stdout: 'x' },
  ])
})
