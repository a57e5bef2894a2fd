// What is looked at before a group is touched: everything that would let a roll hang, half succeed, or not be undoable.

import type { GroupTarget } from '../release/index.ts'
import { addresses, vcpus } from './capacity-checks.ts'
import type { Check, PreflightFacts, Refusal, RollOrder } from './check.ts'
import { heldInstances, launchSource, overrides, suspended, templateImage, volumeKeys } from './group-checks.ts'
import { unknownHealth } from './health-check.ts'
import { heldParameter } from './held-parameter.ts'
import { ownTemplate, readyNodeGroup } from './node-group-checks.ts'
import { tasksUndrained, unawaited, undrained } from './node-hook-checks.ts'
import { forbidden, managedElsewhere } from './owner-checks.ts'
import { alarms, architecture, releaseImage, room, runningRefresh, sameImage } from './roll-checks.ts'

/** Every reason at once; empty when the roll may start. */
export function preflight(facts: PreflightFacts, order: RollOrder): readonly Refusal[] {
  const { group } = facts
  if (group === undefined) {
    return [
      {
        cause: `there is no group ${facts.groupName}`,
        hint: "Check the group's name, account and region in drover.yaml.",
      },
    ]
  }
  const refusing = checksOf(order.target).filter((check) => !(order.undoes && hookChecks.includes(check)))
  return refusing.flatMap((check) => check(group, facts, order) ?? [])
}

/** What would refuse a way forward and is only told of an undo: nodes that leave unready or undrained are less bad than a bad image. */
export function onlyTold(facts: PreflightFacts, order: RollOrder): readonly string[] {
  const { group } = facts
  if (group === undefined || !order.undoes) return []
  const told = checksOf(order.target).filter((check) => hookChecks.includes(check))
  return told.flatMap((check) => check(group, facts, order) ?? []).map(({ cause }) => cause)
}

function checksOf({ nodeGroup, karpenter }: GroupTarget): readonly Check[] {
  if (karpenter !== undefined) return karpenterChecks
  return nodeGroup === undefined ? checks : nodeGroupChecks
}

const hookChecks: readonly Check[] = [undrained, unawaited, tasksUndrained]

/** In the order a person would mend them. */
const checks: readonly Check[] = [
  forbidden,
  launchSource,
  templateImage,
  volumeKeys,
  overrides,
  managedElsewhere,
  ...hookChecks,
  suspended,
  heldInstances,
  room,
  vcpus,
  addresses,
  runningRefresh,
  alarms,
  unknownHealth,
  releaseImage,
  sameImage,
  architecture,
]

/** EKS keeps its own copy of the template, drains, and looks to its machines by itself; percentages and hooks are not asked. */
const nodeGroupChecks: readonly Check[] = [
  forbidden,
  ownTemplate,
  templateImage,
  volumeKeys,
  readyNodeGroup,
  suspended,
  vcpus,
  addresses,
  alarms,
  unknownHealth,
  releaseImage,
  sameImage,
  architecture,
]

/** Nothing but the parameter is drover's to change: what stands in the way of machines is Karpenter's to see. */
const karpenterChecks: readonly Check[] = [heldParameter, alarms, unknownHealth, releaseImage, architecture]
