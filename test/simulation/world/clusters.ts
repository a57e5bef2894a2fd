// Who looks after nodes in a plan: Karpenter replaces those that drift, and what hooks hold is let go when a node is Ready or drained.

import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling'
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { rowIn, rowsIn, type Tables } from '../../../pipeline/localcloud/index.ts'
import { minuteMs } from '../../support/factories.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import { parameterIn, placeKeyOf } from '../checkers/lineage.ts'
import type { Plan, PlannedGroup } from '../plan/plan.ts'
import { type Company, placeOf } from './company.ts'
import { classTag, launchNodes, ownName } from './nodes.ts'

export interface ClusterOptions {
  readonly plan: Plan
  readonly company: Company
  readonly clock: VirtualClock
  readonly note: (line: string) => void
  readonly isOver: () => boolean
}

/** A node that has not joined by then is given up [doc: karpenter.sh/disruption]. */
const joiningAllowedMs = 15 * minuteMs

/** Until it is over. */
export async function lookAfterNodes(options: ClusterOptions): Promise<void> {
  const { plan, company, clock, isOver } = options
  const looked = plan.groups.filter(({ kind }) => kind === 'karpenter' || kind === 'hooked')
  if (looked.length === 0) return
  const everyMs = looked.some(({ kind }) => kind === 'hooked') ? minuteMs : 3 * minuteMs
  while (!isOver()) {
    await clock.pause(everyMs)
    if (isOver()) return
    await clock.hold(() => company.local.catchUp())
    for (const group of looked) await (group.kind === 'karpenter' ? replaceNode(options, group) : letGo(options, group))
  }
}

/** One after the other, as a budget of one node lets Karpenter: what drifts goes when another is Ready in its place. */
async function replaceNode({ plan, company, clock, note }: ClusterOptions, group: PlannedGroup): Promise<void> {
  const imageId = parameterIn(company.state(), placeKeyOf(group), group.parameter ?? '')
  const next = nextOf(group, nodesOf(company, group), imageId, clock.now())
  if (next === undefined || imageId === undefined) return
  const settings = await company.settingsAt(placeOf(plan, group))
  try {
    if (next === 'launch') await launchNodes(settings, group, imageId, 1)
    else await new EC2Client(settings).send(new TerminateInstancesCommand({ InstanceIds: [next.id] }))
    note(`karpenter: ${group.name} ${next === 'launch' ? `one more of ${imageId}` : `${next.id} goes`}`)
  } catch (error) {
    note(`karpenter: ${group.name} ${error instanceof Error ? error.message : error}`)
  }
}

type Node = Tables['instances']

function nextOf(
  { machines }: PlannedGroup,
  nodes: readonly Node[],
  imageId: string | undefined,
  now: number,
): 'launch' | Node | undefined {
  const joining = nodes.filter((node) => !isReady(node))
  const late = joining.find(({ launchedAt }) => now - launchedAt > joiningAllowedMs)
  if (late !== undefined) return late
  if (joining.length > 0) return undefined
  const drifted = nodes.find((node) => node.imageId !== imageId)
  if (nodes.length > machines) return drifted ?? nodes[0]
  return drifted !== undefined || nodes.length < machines ? 'launch' : undefined
}

export function nodesOf(company: Company, group: PlannedGroup): readonly Node[] {
  return rowsIn(company.state(), placeKeyOf(group), 'instances').filter(
    ({ state, tags }) => tags[classTag] === ownName(group) && (state === 'pending' || state === 'running'),
  )
}

export function isReady({ machine, isImpaired }: Node): boolean {
  return machine === 'answering' && !isImpaired
}

async function letGo({ plan, company, note }: ClusterOptions, group: PlannedGroup): Promise<void> {
  const place = placeKeyOf(group)
  const { members = [] } = rowIn(company.state(), place, 'groups', group.name) ?? {}
  const held = members.flatMap(({ instanceId, holds = [] }) => {
    const instance = rowIn(company.state(), place, 'instances', instanceId)
    const isDone = (transition: string) => transition.endsWith('TERMINATING') || (instance !== undefined && isReady(instance))
    return holds
      .filter(({ result, transition }) => result === undefined && isDone(transition))
      .map(({ hook }) => ({ instanceId, hook }))
  })
  if (held.length === 0) return
  const groups = new AutoScalingClient(await company.settingsAt(placeOf(plan, group)))
  for (const { instanceId: InstanceId, hook: LifecycleHookName } of held) {
    const action = { AutoScalingGroupName: group.name, InstanceId, LifecycleHookName, LifecycleActionResult: 'CONTINUE' }
    const end = groups.send(new CompleteLifecycleActionCommand(action))
    await end.catch((error: unknown) => note(`hook: ${group.name} ${error instanceof Error ? error.message : error}`))
  }
}
