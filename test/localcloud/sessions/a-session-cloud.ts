// A local cloud with one simulated machine that Systems Manager knows, whose ports a test answers, and sessions into it.

import type { Duplex } from 'node:stream'
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { DescribeSessionsCommand, SSMClient, StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm'
import { createSimulatedMachines, type LocalCloud } from '../../../pipeline/localcloud/index.ts'
import { runningCloud } from '../running-cloud.ts'

export interface SessionCloud {
  readonly cloud: LocalCloud
  readonly ec2: EC2Client
  readonly ssm: SSMClient
  readonly instanceId: string
  /** What StartSession answers. */
  begin(parameters?: Record<string, string[]>, documentName?: string): Promise<Begun>
  /** IDs of the sessions that nobody has ended. */
  active(): Promise<readonly string[]>
  /** Ends them. */
  endAll(): Promise<void>
}

export interface Begun {
  readonly SessionId: string
  readonly StreamUrl: string
  readonly TokenValue: string
}

export const region = 'eu-central-1'
export const sshDocument = 'AWS-StartSSHSession'
export const portDocument = 'AWS-StartPortForwardingSession'

export async function sessionCloud(connect: (port: number) => Duplex | undefined): Promise<SessionCloud> {
  const { cloud, imageId } = await runningCloud({
    machines: (now) => createSimulatedMachines({ now, bootMs: 0, connect: (_spec, port) => connect(port) }),
  })
  const { endpoint, credentials } = cloud
  const configuration = { region, endpoint, credentials: { ...credentials }, maxAttempts: 1 }
  const ec2 = new EC2Client(configuration)
  const ssm = new SSMClient(configuration)
  const launch = { ImageId: imageId, MinCount: 1, MaxCount: 1, IamInstanceProfile: { Name: 'web' } }
  const { Instances = [] } = await ec2.send(new RunInstancesCommand(launch))
  const instanceId = Instances[0]?.InstanceId ?? ''
  const begin: SessionCloud['begin'] = async (Parameters = {}, DocumentName = sshDocument) =>
    (await ssm.send(new StartSessionCommand({ Target: instanceId, DocumentName, Parameters }))) as Begun
  await once(async () => begin())
  const active = async () => {
    const { Sessions = [] } = await ssm.send(new DescribeSessionsCommand({ State: 'Active' }))
    return Sessions.flatMap(({ SessionId }) => SessionId ?? [])
  }
  const endAll = async () => {
    for (const SessionId of await active()) await ssm.send(new TerminateSessionCommand({ SessionId }))
  }
  await endAll()
  return { cloud, ec2, ssm, instanceId, begin, active, endAll }
}

/** Asks again until it is true or does not throw. */
export async function once<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (const deadline = Date.now() + 10_000; ; ) {
    const seen = await ask().catch((cause: unknown) => {
      if (Date.now() > deadline) throw cause
      return undefined
    })
    if (seen !== undefined) return seen
    if (Date.now() > deadline) throw new Error('it has not come about in ten seconds')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
