// The table of what drover reads of AWS's answers holds everything that the adapter reads in a proof.

import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { isReadByDrover } from '../../pipeline/proof/index.ts'
import { openSandbox } from './sandbox.ts'

type Read = (member: string) => void
type Sending = { send: (command: { readonly constructor: { readonly name: string } }) => Promise<object> }

/** The same, telling of each member that is read. */
function told<Value>(value: Value, path: string, read: Read): Value {
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value
  return new Proxy(value, {
    get: (target, name) => {
      const one: unknown = Reflect.get(target, name)
      if (typeof name === 'symbol' || typeof one === 'function' || name.startsWith('$')) return one
      if (Array.isArray(target)) return /^\d+$/.test(name) ? told(one, `${path}[]`, read) : one
      const member = path === '' ? name : `${path}.${name}`
      if (one !== undefined) read(member)
      return told(one, member, read)
    },
  })
}

const clients = [AutoScalingClient, CloudWatchClient, EC2Client, ServiceQuotasClient, SSMClient, STSClient]

test('what is read in a proof, of every action', { timeout: 60_000 }, async () => {
  const reads = new Map<string, Set<string>>()
  const sandbox = await openSandbox()
  for (const client of clients) {
    const { send } = client.prototype as unknown as Sending
    const service = client.name.replace(/Client$/, '')
    ;(client.prototype as unknown as Sending).send = async function (this: Sending, command) {
      const action = `${service} ${command.constructor.name.replace(/Command$/, '')}`
      return told(await send.call(this, command), '', (member) => reads.set(action, (reads.get(action) ?? new Set()).add(member)))
    }
  }
  try {
    // What comes after the walk, a comparison, needs no second one: there is nothing in the trace that it is held against.
    await sandbox.prove({ against: new URL(import.meta.url).pathname })
  } finally {
    for (const client of clients) delete (client.prototype as unknown as Partial<Sending>).send
    await sandbox.close()
  }
  expect(reads.size).toBeGreaterThan(20)
  const unlisted = [...reads].flatMap(([action, members]) =>
    [...members].filter((member) => !isReadByDrover(action, member)).map((member) => `${action}: ${member}`),
  )
  expect(unlisted).toEqual([])
})
