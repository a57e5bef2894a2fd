// Which nodes of a cluster are the stage's machines, and whether they are ready.

import type { Answer, ClusterAt } from './api.ts'
import { list } from './api.ts'
import { type Node, nodeShape } from './shapes.ts'

/** A machine of the stage, with its node where the cluster has one. */
export interface MachineNode {
  readonly machine: string
  readonly group: string
  readonly node: Node | undefined
}

/** By what the cloud provider writes into a node: `aws:///eu-central-1a/i-0123456789abcdef0`. */
export async function nodesOf(
  at: ClusterAt,
  machines: readonly { readonly id: string; readonly group: string }[],
): Promise<Answer<readonly MachineNode[]>> {
  const nodes = await list(at, '/api/v1/nodes', {}, nodeShape)
  if (!nodes.ok) return nodes
  const byMachine = new Map(nodes.value.map((node) => [machineOf(node), node]))
  return { ok: true, value: machines.map(({ id, group }) => ({ machine: id, group, node: byMachine.get(id) })) }
}

function machineOf({ spec }: Node): string {
  const [, id = ''] = /^aws:\/\/\/[a-z0-9-]+\/(i-[\w-]+)$/.exec(spec.providerID ?? '') ?? []
  return id
}

/** The first machine that is no ready node, in a sentence. */
export function unready(nodes: readonly MachineNode[]): string | undefined {
  const missing = nodes.find(({ node }) => node === undefined)
  if (missing) return `${missing.machine} is no node of the cluster`
  for (const { machine, node } of nodes) {
    const ready = node?.status.conditions?.find(({ type }) => type === 'Ready')
    if (ready?.status === 'True') continue
    const why = ready?.message || ready?.reason || 'it has not said how it is'
    return `the node ${node?.metadata.name} (${machine}) is not Ready: ${why}`
  }
  return undefined
}
