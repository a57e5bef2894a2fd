// Reaching the API server of an EKS cluster: where it is, who vouches for it, and a token that says who asks.

import { DescribeClusterCommand } from '@aws-sdk/client-eks'
import { SignatureV4 } from '@smithy/signature-v4'
import type { CloudAt, ClusterDoor } from '../ports/index.ts'
import { only, outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'
import type { Clients } from './clients.ts'

type ClusterVerbs = Pick<CloudAt, 'clusterDoor'>

export function clusterVerbs(call: Caller, region: string): ClusterVerbs {
  return { clusterDoor: (name) => outcomeOf(() => clusterDoor(call, region, name)) }
}

async function clusterDoor(call: Caller, region: string, name: string): Promise<ClusterDoor> {
  const subject = `DescribeCluster ${name}`
  const { cluster } = await call(subject, ({ eks }) => eks.send(new DescribeClusterCommand({ name })))
  const { endpoint, certificateAuthority } = only(cluster ? [cluster] : [], `the cluster ${name}`)
  return {
    server: text(endpoint, `endpoint of the cluster ${name}`),
    authority: Buffer.from(text(certificateAuthority?.data, `authority of the cluster ${name}`), 'base64').toString('utf8'),
    token: await call(subject, ({ sts }) => tokenOf(sts, region, name)),
  }
}

/**
 * A signed question who the caller is, which the API server asks in the caller's place: it is good for a quarter of an hour,
 * whatever the signature says [doc: aws-iam-authenticator, README: API Authorization from Outside a Cluster]. Never drover's own
 * call, so never by an endpoint of one's own or of FIPS.
 */
async function tokenOf(sts: Clients['sts'], region: string, name: string): Promise<string> {
  const { credentials, sha256 } = sts.config
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256 })
  const { query } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': name },
    },
    { expiresIn: 60 },
  )
  const words = Object.entries(query ?? {}).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`,
  )
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${words.join('&')}`).toString('base64url')}`
}
