// User data for a fresh machine: what the examination needs, and for a node of EKS a cluster to configure itself for, which is nowhere.

import type { Family } from '../config/index.ts'
import type { Exec } from '../ports/index.ts'

const boundary = 'drover-verify-part'

/** Undefined for every other kind. Without it a node of EKS fails to start, whatever else is right with it. */
export async function nodeConfigFor(exec: Exec, { kind }: Family): Promise<string | undefined> {
  return kind === 'eks-node' ? nodeConfig(await certificateOfNobody(exec)) : undefined
}

/** Both in one text, each for who reads it; `cloudConfig` may be empty. */
export function withNodeConfig(config: string | undefined, cloudConfig: string): string {
  if (config === undefined) return cloudConfig
  const parts = [['application/node.eks.aws', config], ...(cloudConfig === '' ? [] : [['text/cloud-config', cloudConfig]])]
  const bodies = parts.map(([type, body]) => `--${boundary}\nContent-Type: ${type}\n\n${body}`)
  return `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${boundary}"\n\n${bodies.join('\n')}\n--${boundary}--\n`
}

/** A cluster that nobody runs: kubelet is configured and started, and never gets in [doc: eks/al2023]. */
function nodeConfig(certificate: string): string {
  return `---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: drover-verify
    apiServerEndpoint: https://drover-verify.invalid
    certificateAuthority: ${Buffer.from(certificate).toString('base64')}
    cidr: 10.100.0.0/16
`
}

/** kubelet refuses to start without a real one; its key is thrown away as it is made. */
async function certificateOfNobody(exec: Exec): Promise<string> {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', '/dev/null']
  const made = await exec.run({ argv: ['openssl', 'req', '-x509', ...key, '-subj', '/CN=drover-verify', '-days', '2'] })
  if (!made.ok) throw new Error(`openssl: ${made.message}`)
  return made.stdout
}
