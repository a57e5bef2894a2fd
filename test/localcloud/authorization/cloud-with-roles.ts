// A simulated cloud with roles a test makes, asked as sessions of them.

import { expect } from 'vitest'
import type { ServiceName } from '../../../pipeline/localcloud/wire/service.ts'
import { answerTo } from '../ask-in-process.ts'
import { type SimulatedCloud, simulateCloud } from '../simulated-cloud.ts'
import { send, type TestCredentials } from '../wire/sdk-client.ts'

export const account = '000000000001'
export const region = 'eu-central-1'

export interface Asker {
  readonly credentials: TestCredentials
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  ask(service: ServiceName, action: string, input?: object): Promise<any>
  refusal(
    service: ServiceName,
    action: string,
    input?: object,
  ): Promise<{ readonly code: string; readonly message: string; readonly status: number }>
  /** A session got with these credentials. */
  assume(input: object): Promise<Asker>
}

export interface CloudWithRoles extends SimulatedCloud {
  readonly root: Asker
  /** Makes a role that its account may take, with one inline policy of those statements. */
  makeRole(name: string, ...statements: readonly object[]): Promise<void>
  /** A session of such a role. */
  as(...statements: readonly object[]): Promise<Asker>
}

export const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' }

export function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

export function trust(
  principal: unknown,
  more: object = {},
  actions: readonly string[] = ['sts:AssumeRole', 'sts:TagSession'],
): string {
  return policy({ Effect: 'Allow', Action: actions, Principal: principal, ...more })
}

export function roleArn(name: string, of = account): string {
  return `arn:aws:iam::${of}:role/${name}`
}

export async function cloudWithRoles(): Promise<CloudWithRoles> {
  const simulated = await simulateCloud()
  const root = askerWith(simulated, simulated.cloud.credentials)
  let made = 0
  const makeRole = async (name: string, ...statements: readonly object[]) => {
    await root.ask('iam', 'CreateRole', { RoleName: name, AssumeRolePolicyDocument: trust({ AWS: account }) })
    if (statements.length === 0) return
    await root.ask('iam', 'PutRolePolicy', { RoleName: name, PolicyName: 'own', PolicyDocument: policy(...statements) })
  }
  return {
    ...simulated,
    root,
    makeRole,
    async as(...statements) {
      const name = `role-${++made}`
      await makeRole(name, ...statements)
      return root.assume({ RoleArn: roleArn(name) })
    },
  }
}

export function askerWith(simulated: Pick<SimulatedCloud, 'cloud'>, credentials: TestCredentials): Asker {
  const ask: Asker['ask'] = (service, action, input = {}) =>
    send(service, action, input, answerTo(simulated.cloud), { credentials })
  return {
    credentials,
    ask,
    refusal: (service, action, input) =>
      ask(service, action, input).then(
        (answer) => expect.unreachable(`${action} was answered: ${JSON.stringify(answer)}`),
        (fault) => ({
          code: fault.Code ?? fault.Error?.Code ?? fault.name,
          message: fault.message,
          status: fault.$metadata.httpStatusCode,
        }),
      ),
    async assume(input) {
      const { Credentials: keys } = await ask('sts', 'AssumeRole', { RoleSessionName: 'drover', ...input })
      return askerWith(simulated, {
        accessKeyId: keys.AccessKeyId,
        secretAccessKey: keys.SecretAccessKey,
        sessionToken: keys.SessionToken,
      })
    },
  }
}
