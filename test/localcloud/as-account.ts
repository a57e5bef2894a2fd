// Asks a simulated cloud as a role of another account.

import { answerTo } from './ask-in-process.ts'
import type { SimulatedCloud } from './simulated-cloud.ts'
import { send } from './wire/sdk-client.ts'

/** As the role `runner` of an account, which is made if there is none. */
export async function asAccount(
  { ask, cloud }: SimulatedCloud,
  account: string,
  organisation?: string,
): Promise<SimulatedCloud['ask']> {
  await cloud.admin.call('add-account', { id: account, ...(organisation === undefined ? {} : { organisation }) })
  const RoleArn = `arn:aws:iam::${account}:role/runner`
  const { Credentials } = await ask('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'test' })
  const credentials = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  }
  return (service, action, input = {}) => send(service, action, input, answerTo(cloud), { credentials })
}
