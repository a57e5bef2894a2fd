// The way into a cluster of EKS: where it is, by the local cloud, and a token that whoever has the secret could have signed.

import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { testCluster } from '../../pipeline/promote/cluster-test.ts'
import type { TestRun } from '../../pipeline/promote/test-run.ts'
import { createFiles, createHttpClient } from '../../pipeline/system/index.ts'
import { type SimulatedCloud, simulateCloud } from '../localcloud/simulated-cloud.ts'
import { aRelease, aStage, minuteMs } from '../support/factories.ts'
import { aNode, type KubernetesApi, startKubernetesApi } from '../support/kubernetes-api.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const region = 'eu-central-1'
const clock = createVirtualClock({ wallNow: () => Date.now() })
let simulated: SimulatedCloud
let account: string
let api: KubernetesApi

beforeAll(async () => {
  simulated = await simulateCloud()
  api = await startKubernetesApi(() => Date.now())
  account = (await simulated.ask('sts', 'GetCallerIdentity')).Account
  const { Subnets } = await simulated.ask('ec2', 'DescribeSubnets')
  const subnetIds = Subnets.map(({ SubnetId }: { readonly SubnetId: string }) => SubnetId)
  const roleArn = 'arn:aws:iam::111111111111:role/cluster'
  await simulated.ask('eks', 'CreateCluster', { name: 'acme', roleArn, resourcesVpcConfig: { subnetIds } })
})
afterAll(async () => {
  await api.close()
  await simulated.cloud.close()
})

function place() {
  const { endpoint, credentials } = simulated.cloud
  const random = createSeededRandom(3)
  const cloud = createCloud({ clock, random, sessionName: 'test', endpoint, credentials: async () => credentials })
  return cloud.at({ account, region })
}

test('a cluster without an API server, and one that is not there, are no way in', async () => {
  expect(await place().clusterDoor('acme')).toMatchObject({
    ok: false,
    message: 'AWS answered with no endpoint of the cluster acme',
  })
  expect(await place().clusterDoor('acme-2')).toMatchObject({ ok: false, kind: 'not-found' })
})

test('the test of a cluster goes in by it', async () => {
  const control = { endpoint: api.server, authority: api.authority }
  await simulated.cloud.admin.call('set-control-plane', { account, region: 'eu-central-1', cluster: 'acme', ...control })
  api.nodes.push(aNode('i-0a'))
  const tokens = new Set<string>()
  api.isKnown = (token) => tokens.add(token) && isSigned(token, 'acme', simulated.cloud.credentials.secretAccessKey)
  const machines = [{ id: 'i-0a', group: 'blue', address: '10.0.0.4', imageId: 'ami-1' }]
  const run: Partial<TestRun> = {
    clock,
    http: createHttpClient(),
    files: createFiles(),
    signal: new AbortController().signal,
    release: aRelease(),
    stage: aStage('prod'),
    round: 'start',
    regions: [{ region, at: place(), machines }],
  }
  const cluster = {
    kind: 'cluster',
    name: 'nodes',
    groups: [],
    namespace: 'drover',
    image: 'busybox',
    lookUp: ['a.example'],
  } as const
  const wanted = { ...cluster, access: { kind: 'eks', cluster: 'acme' }, timeoutMs: minuteMs } as const
  expect(await testCluster(wanted, run as TestRun)).toEqual({ ok: true, detail: '' })
  expect(tokens.size).toBe(1)
  expect(api.created).toHaveLength(1)
})

/** As AWS would find out: Signature Version 4 of a question to STS for that cluster, worked out anew. [doc: reference_sigv-create-signed-request] */
function isSigned(token: string, cluster: string, secret: string): boolean {
  const url = new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString())
  const { 'X-Amz-Signature': signature, ...signed } = Object.fromEntries(url.searchParams)
  const code = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = Object.entries(signed)
    .map(([key, value]) => `${code(key)}=${code(value)}`)
    .sort()
    .join('&')
  const empty = createHash('sha256').digest('hex')
  const headers = `host:${url.hostname}\nx-k8s-aws-id:${cluster}\n`
  const request = ['GET', '/', query, headers, 'host;x-k8s-aws-id', empty].join('\n')
  const date = signed['X-Amz-Date'] ?? ''
  const scope = `${date.slice(0, 8)}/${region}/sts/aws4_request`
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(request).digest('hex')].join('\n')
  const key = scope
    .split('/')
    .reduce<string | Buffer>((own, part) => createHmac('sha256', own).update(part).digest(), `AWS4${secret}`)
  expect(url.hostname).toBe(`sts.${region}.amazonaws.com`)
  expect(signed).toMatchObject({ Action: 'GetCallerIdentity', Version: '2011-06-15', 'X-Amz-SignedHeaders': 'host;x-k8s-aws-id' })
  return createHmac('sha256', key).update(text).digest('hex') === signature
}
