// Requests in JSON, right but for a few of their values: answered, never with a failure of the cloud's own, now or later.

import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { serviceNamed } from '../../pipeline/localcloud/wire/service.ts'
import { answerTo } from './ask-in-process.ts'
import { type NodeGroupCloud, named, nodeGroupCloud } from './reconcile/node-group.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
interface JsonRequest {
  readonly service: string
  /** An action, or the path of a service that speaks REST. */
  readonly asked: string
  readonly input: Json
}

const roleArn = 'arn:aws:iam::000000000001:role/eks'
const nodes = `/clusters/${named.clusterName}/node-groups`

function requests(
  { templateId, subnets }: Pick<NodeGroupCloud, 'templateId' | 'subnets'>,
  keyId: string,
): readonly JsonRequest[] {
  const one = (service: string, asked: string, input: Json): JsonRequest => ({ service, asked, input })
  const launchTemplate = { id: templateId, version: '2' }
  const scalingConfig = { minSize: 0, maxSize: 4, desiredSize: 1 }
  return [
    one('ssm', 'PutParameter', { Name: '/a/c', Value: 'x', Type: 'String', Tags: [{ Key: 'a', Value: 'b' }] }),
    one('ssm', 'GetParameters', { Names: ['/a/b'], WithDecryption: true }),
    one('ssm', 'GetParametersByPath', { Path: '/a', Recursive: true, MaxResults: 5 }),
    one('ssm', 'DeleteParameters', { Names: ['/a/b'] }),
    one('ssm', 'DescribeInstanceInformation', {
      Filters: [{ Key: 'InstanceIds', Values: ['i-00000000000000000'] }],
      MaxResults: 5,
    }),
    one('ssm', 'ListCommands', { Filters: [{ key: 'Status', value: 'Success' }] }),
    one('kms', 'CreateKey', { Description: 'x', Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
    one('kms', 'CreateAlias', { AliasName: 'alias/a', TargetKeyId: keyId }),
    one('kms', 'CreateGrant', { KeyId: keyId, GranteePrincipal: roleArn, Operations: ['Decrypt'] }),
    one('kms', 'ListGrants', { KeyId: keyId, Limit: 5 }),
    one('kms', 'ScheduleKeyDeletion', { KeyId: keyId, PendingWindowInDays: 7 }),
    one('servicequotas', 'GetServiceQuota', { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' }),
    one('monitoring', 'PutMetricAlarm', {
      AlarmName: 'a',
      Namespace: 'n',
      MetricName: 'm',
      Dimensions: [{ Name: 'a', Value: 'b' }],
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
    one('monitoring', 'PutMetricData', { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: 1.5 }] }),
    one('monitoring', 'DescribeAlarms', { AlarmNames: ['a'], MaxRecords: 5 }),
    one('eks', '/clusters', { name: 'other', roleArn, resourcesVpcConfig: { subnetIds: subnets }, tags: { a: 'b' } }),
    one('eks', nodes, {
      nodegroupName: 'others',
      nodeRole: roleArn,
      subnets,
      scalingConfig,
      launchTemplate,
      labels: { a: 'b' },
      taints: [{ key: 'a', value: 'b', effect: 'NO_SCHEDULE' }],
    }),
    one('eks', `${nodes}/${named.nodegroupName}/update-config`, { scalingConfig, labels: { addOrUpdateLabels: { a: 'b' } } }),
    one('eks', `${nodes}/${named.nodegroupName}/update-version`, { launchTemplate }),
  ]
}

async function jsonCloud(complain: (line: string) => void) {
  const made = await nodeGroupCloud(1, { cloud: { log: complain } })
  await made.advance(2 * 60_000, undefined, 20_000)
  await made.ask('ssm', 'PutParameter', { Name: '/a/b', Value: 'x', Type: 'String' })
  const { KeyMetadata } = await made.ask('kms', 'CreateKey')
  const post = async ({ service, asked, input }: JsonRequest) => {
    const body = Buffer.from(JSON.stringify(input))
    const path = asked.startsWith('/') ? asked : '/'
    const target = path === '/' ? { 'x-amz-target': `${serviceNamed(service)?.target}.${asked}` } : {}
    const content = path === '/' ? 'application/x-amz-json-1.1' : 'application/json'
    const signer = new SignatureV4({
      credentials: { ...made.cloud.credentials },
      region: 'eu-central-1',
      service,
      sha256: Sha256,
    })
    const head = {
      method: 'POST',
      hostname: '127.0.0.1',
      path,
      headers: { host: '127.0.0.1', 'content-type': content, ...target },
    }
    const { headers } = await signer.sign({ ...head, protocol: 'http:', query: {}, body })
    const query = new URLSearchParams()
    const answer = await answerTo(made.cloud)({ ...head, query, headers, body, sourceAddress: '127.0.0.1' })
    return { status: answer.status, text: Buffer.from(answer.body).toString() }
  }
  return { ...made, post, requests: requests(made, KeyMetadata.KeyId) }
}

const count = requests({ templateId: '', subnets: [] }, '').length

test.each(Array.from({ length: count }, (_, index) => index))('as it stands, request %i is answered', async (index) => {
  const made = await jsonCloud((line) => expect.unreachable(line))
  const asked = made.requests[index]
  if (asked === undefined) return expect.unreachable()
  const { status, text } = await made.post(asked)
  expect(status, `${asked.asked}: ${text}`).toBe(200)
})

test.each([
  ['DescribeInstanceInformation', { Filters: [null] }, 'Filters.1'],
  ['PutParameter', { Name: '/a', Value: 'x', Type: 'String', Tags: [null] }, 'Tags.1'],
  ['SendCommand', { DocumentName: 'AWS-RunShellScript', Parameters: { commands: null } }, 'Parameters.commands'],
])('an item that is null is refused by its place: %s', async (asked, input, place) => {
  const made = await jsonCloud((line) => expect.unreachable(line))
  const { status, text } = await made.post({ service: 'ssm', asked, input })
  expect(status).toBe(400)
  expect(JSON.parse(text)).toMatchObject({ __type: 'SerializationException', message: `${place} must be a value.` })
})

/** Every place in it, the whole among them. */
function placesIn(input: Json): readonly (readonly string[])[] {
  if (input === null || typeof input !== 'object') return [[]]
  return [[], ...Object.entries(input).flatMap(([key, item]) => placesIn(item).map((place) => [key, ...place]))]
}

function spoilt(input: Json, place: readonly string[], value: Json): Json {
  const [key, ...rest] = place
  if (key === undefined) return value
  const items = Object.entries(input as object).map(([name, item]) => [name, name === key ? spoilt(item, rest, value) : item])
  return Array.isArray(input) ? items.map(([, item]) => item) : Object.fromEntries(items)
}

const values = fc.constantFrom<Json>(
  ...[null, [null], [], {}, [[]], [{}], { a: null }, true, '', '*', 'x'.repeat(300), '__proto__', '\u0000'],
  ...[0, -1, 1.5, 2, 101, 4_294_967_296, 9_007_199_254_740_991],
)
const spoils = fc.record({
  index: fc.nat({ max: count - 1 }),
  at: fc.nat(),
  value: fc.option(values, { freq: 2, nil: undefined }),
})

test('spoilt in any way, they are answered, and what they leave goes on working', async () => {
  let well = 0
  await fc.assert(
    fc.asyncProperty(fc.array(spoils, { minLength: 30, maxLength: 30 }), async (sequence) => {
      const complaints: string[] = []
      const made = await jsonCloud((line) => complaints.push(line))
      for (const { index, at, value } of sequence) {
        const asked = made.requests[index]
        if (asked === undefined) continue
        const places = placesIn(asked.input)
        const input = value === undefined ? asked.input : spoilt(asked.input, places[at % places.length] ?? [], value)
        const { status, text } = await made.post({ ...asked, input })
        expect(status, `${asked.asked} ${JSON.stringify(input)}: ${text}`).toBeLessThan(500)
        if (status === 200) well++
      }
      await made.advance(2 * 60_000, undefined, 20_000)
      expect(complaints).toEqual([])
    }),
    { numRuns: 15, seed: 20_261_129 },
  )
  // Otherwise little of what is behind the reading was reached.
  expect(well).toBeGreaterThan(45)
}, 120_000)
