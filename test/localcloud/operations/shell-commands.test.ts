// Shell commands through Systems Manager: on machines that carry its agent and a role, and what became of them.

import { describe, expect, test } from 'vitest'
import { second, simulateCloud } from '../simulated-cloud.ts'

const document = 'AWS-RunShellScript'
const script = { commands: ['echo hello', 'exit 0'] }

/** Two running machines; only the first has a role. */
async function cloudWithMachines(options: Parameters<typeof simulateCloud>[0] = {}) {
  const simulated = await simulateCloud(options)
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

  test('is taken only for a machine whose groups let its agent out', async () => {
    const { ask, refusal, managed } = await cloudWithMachines()
    const { SecurityGroups } = await ask('ec2', 'DescribeSecurityGroups', { GroupNames: ['default'] })
    const { GroupId, IpPermissionsEgress } = SecurityGroups[0]
    const IpPermissions = IpPermissionsEgress.map(({ IpProtocol, IpRanges }: Record<string, unknown>) => ({
      IpProtocol,
      IpRanges,
    }))
    await ask('ec2', 'RevokeSecurityGroupEgress', { GroupId, IpPermissions })
    const command = { DocumentName: document, InstanceIds: [managed], Parameters: script }
    const online = async () => (await ask('ssm', 'DescribeInstanceInformation', {})).InstanceInformationList.length
    const tcp = (FromPort: number, ToPort: number) => ({
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort, ToPort, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    })
    await ask('ec2', 'AuthorizeSecurityGroupEgress', tcp(80, 80))
    expect((await refusal('ssm', 'SendCommand', command)).code).toBe('InvalidInstanceId')
    expect(await online()).toBe(0)
    await ask('ec2', 'AuthorizeSecurityGroupEgress', tcp(440, 450))
    expect(await online()).toBe(1)
    await ask('ssm', 'SendCommand', command)
  })

  test('for a machine that has died is not taken', async () => {
    const { refusal, machines, managed } = await cloudWithMachines()
    await machines.kill(managed)
    const command = { DocumentName: document, InstanceIds: [managed], Parameters: script }
    expect((await refusal('ssm', 'SendCommand', command)).code).toBe('InvalidInstanceId')
  })
})

describe('long output', () => {
  const printed = (stdout: string, stderr: string) => async () => {
    const run = () => ({ exitCode: 0, stdout, stderr, timedOut: false })
    const { ask, advance, managed } = await cloudWithMachines({ run })
    const { Command } = await ask('ssm', 'SendCommand', { DocumentName: document, InstanceIds: [managed], Parameters: script })
    await advance(2 * second)
    const CommandId = Command.CommandId
    const got = await ask('ssm', 'GetCommandInvocation', { CommandId, InstanceId: managed })
    const { CommandInvocations } = await ask('ssm', 'ListCommandInvocations', { CommandId, Details: true })
    return {
      stdout: got.StandardOutputContent,
      stderr: got.StandardErrorContent,
      both: CommandInvocations[0].CommandPlugins[0].Output,
    }
  }

  test('is cut at 24,000 and 8,000 characters, and in the list at 2,500, and says so', async () => {
    const { stdout, stderr, both } = await printed('o'.repeat(30_000), 'e'.repeat(9_000))()
    expect([stdout.length, stderr.length, both.length]).toEqual([24_000, 8_000, 2_500])
    expect(stdout).toMatch(/^o+\n---Output truncated---$/)
    expect(stderr).toMatch(/^e+\n---Error truncated----$/)
    expect(both).toMatch(/^o+\n---Output truncated---\n----------ERROR-------\ne+\n---Error truncated----$/)
  })

  test('of just that length is whole', async () => {
    const { stdout, stderr } = await printed('o'.repeat(24_000), 'e'.repeat(8_000))()
    expect([stdout, stderr]).toEqual(['o'.repeat(24_000), 'e'.repeat(8_000)])
  })

  test('leaves what is short beside it whole', async () => {
    expect((await printed('o'.repeat(3_000), 'why')()).both).toMatch(/^o+\n---Output truncated---\n----------ERROR-------\nwhy$/)
    expect((await printed('done', 'e'.repeat(3_000))()).both).toMatch(
      /^done\n----------ERROR-------\ne+\n---Error truncated----$/,
    )
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
    ['a delivery in less than half a minute', { ...good, TimeoutSeconds: 29 }, 'ValidationException'],
    ['more than fifty machines', { ...good, InstanceIds: Array.from({ length: 51 }, (_, n) => `i-${n}`) }, 'ValidationException'],
    ['one at a time, which is not modelled', { ...good, MaxConcurrency: '1' }, 'UnsupportedOperation'],
    ['so many errors, which is not modelled', { ...good, MaxErrors: '1' }, 'UnsupportedOperation'],
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
