// The way to a cluster, kept while its token is good.

import type { Clock, CloudAt, CloudOutcome, Files } from '../../ports/index.ts'
import type { ClusterAccessPolicy } from '../../release/index.ts'
import type { ClusterAccess, ClusterAt } from './api.ts'
import { accessByKubeconfig } from './kubeconfig.ts'

/** EKS takes a token for a quarter of an hour. */
const tokenLastsMs = 10 * 60_000

export function accessTo(
  policy: ClusterAccessPolicy,
  { at, files, clock }: { readonly at: CloudAt; readonly files: Pick<Files, 'readText'>; readonly clock: Clock },
): ClusterAt['access'] {
  if (policy.kind === 'kubeconfig') return () => accessByKubeconfig(files, policy.file)
  let kept: { readonly access: ClusterAccess; readonly madeAt: number } | undefined
  return async (anew) => {
    if (kept && !anew && clock.wallNow() - kept.madeAt < tokenLastsMs) return { ok: true, value: kept.access }
    const found = await accessByEks(at, policy.cluster)
    if (found.ok) kept = { access: found.value, madeAt: clock.wallNow() }
    return found
  }
}

async function accessByEks(at: CloudAt, cluster: string): Promise<CloudOutcome<ClusterAccess>> {
  const door = await at.clusterDoor(cluster)
  if (!door.ok) return door
  const { server, authority, token } = door.value
  if (!server.startsWith('https://')) {
    return { ok: false, kind: 'invalid', code: 'NoAccess', message: `the endpoint of ${cluster} is not https` }
  }
  return { ok: true, value: { server: server.replace(/\/+$/, ''), trust: { authority }, token } }
}
