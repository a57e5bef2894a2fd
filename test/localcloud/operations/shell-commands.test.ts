// Shell commands through Systems Manager: on machines that carry its agent and a role, and what became of them.

import { describe, expect, test } from 'vitest'
import { second, simulateCloud } from '../simulated-cloud.ts'

const document = 'AWS-RunShellScript'
const script = { commands: ['echo hello', 'exit 0'] }

/** Two running machines; only the first has a role. */
async function cloudWithMachines() {
  const simulated = await simulateCloud()
  const { ask, cloud, advance, imageId } = simulated
  await cloud.admin.call('add-instance-profile', { account: '000000000001', name: 'web', role: 'web' })
  const launch = async (input: object): Promise<string> =>
    (await ask('ec2', 'RunInstances', { ImageId: imageId, MinCount: 1, MaxCount: 1, ...input })).Instances[0].InstanceId
  const managed = await launch({ IamInstanceProfile: { Name: 'web' } })
  const bare = await launch({})
  await advance(30 * second)
  return { ...simulated, managed, bare }
}

describe('a command', () => {
  test('runs, and ends with what it came to', async () => {
    const { ask, advance, managed } = await cloudWithMachines()
    const { Command } = await ask('ssm', 'SendCommand', {
      DocumentName: document,
      InstanceIds: [managed, managed],
      Parameters: script,
      Comment: 'a test',
    })
    expect(Command).toMatchObject({ DocumentName: document, Comment: 'a test', TargetCount: 1, InstanceIds: [managed] })
    const one = { CommandId: Command.CommandId, InstanceId: managed }
    await advance(2 * second)
    expect(await ask('ssm', 'GetCommandInvocation', one)).toMatchObject({
      Status: 'Success',
      StatusDetails: 'Success',
      ResponseCode: 0,
      ExecutionEndDateTime: expect.stringMatching(/^2026-11-22T06:/),
    })
    const { CommandInvocations } = await ask('ssm', 'ListCommandInvocations', { CommandId: Command.CommandId, Details: true })
    expect(CommandInvocations).toMatchObject([
      { InstanceId: managed, Status: 'Success', CommandPlugins: [{ Name: 'aws:runShellScript', ResponseCode: 0 }] },
    ])
  })

  test('for a machine that has died is not taken', async () => {
    const { refusal, machines, managed } = await cloudWithMachines()
    machines.kill(managed)
    const command = { DocumentName: document, InstanceIds: [managed], Parameters: script }
    expect((await refusal('ssm', 'SendCommand', command)).code).toBe('InvalidInstanceId')
  })
})

test('only machines with the agent and a role are managed', async () => {
  const { ask, managed, bare } = await cloudWithMachines()
  const ids = async (input: object) =>
    (await ask('ssm', 'DescribeInstanceInformation', input)).InstanceInformationList.map(
      ({ InstanceId }: { InstanceId: string }) => InstanceId,
    )
  expect(await ids({})).toEqual([managed])
  expect(await ids({ Filters: [{ Key: 'InstanceIds', Values: [bare] }] })).toEqual([])
})

describe('refused', () => {
  const good = { DocumentName: document, Parameters: script }

  test('a machine that is not managed, by name, and then nothing runs anywhere', async () => {
    const { ask, refusal, managed, bare } = await cloudWithMachines()
    expect(await refusal('ssm', 'SendCommand', { ...good, InstanceIds: [managed, bare] })).toMatchObject({
      code: 'InvalidInstanceId',
      message: expect.stringContaining(bare),
    })
    expect((await ask('ssm', 'ListCommandInvocations', {})).CommandInvocations).toEqual([])
  })

  test.each([
    ['another document', { DocumentName: 'AWS-RunPowerShellScript', Parameters: script }, 'InvalidDocument'],
    ['no machines', { ...good, InstanceIds: [] }, 'ValidationException'],
    ['no script', { ...good, Parameters: {} }, 'InvalidParameters'],
    ['a time that is none', { ...good, Parameters: { ...script, executionTimeout: ['soon'] } }, 'InvalidParameters'],
    ['no time at all', { ...good, Parameters: { ...script, executionTimeout: ['0'] } }, 'InvalidParameters'],
    [
      'a parameter of the document that is not modelled',
      { ...good, Parameters: { ...script, shell: ['zsh'] } },
      'UnsupportedOperation',
    ],
    ['targets by tag, which are not modelled', { ...good, Targets: [{ Key: 'tag:a', Values: ['b'] }] }, 'UnsupportedOperation'],
  ])('%s', async (_, input, code) => {
    const { refusal, managed } = await cloudWithMachines()
    expect((await refusal('ssm', 'SendCommand', { InstanceIds: [managed], ...input })).code).toBe(code)
  })

  test('asking after what was never sent', async () => {
    const { refusal, managed } = await cloudWithMachines()
    const CommandId = '11111111-2222-3333-4444-555555555555'
    expect((await refusal('ssm', 'GetCommandInvocation', { CommandId, InstanceId: managed })).code).toBe('InvocationDoesNotExist')
    expect((await refusal('ssm', 'ListCommandInvocations', { CommandId })).code).toBe('InvalidCommandId')
  })
})
