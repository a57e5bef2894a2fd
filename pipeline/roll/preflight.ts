// What is looked at before a group is touched: everything that would let a roll hang, half succeed, or not be undoable.

import type { RollPolicy } from '../release/index.ts'
import type { Check, PreflightFacts, Refusal } from './check.ts'
import { heldInstances, launchSource, managedElsewhere, overrides, suspended, templateImage } from './group-checks.ts'
import { alarms, architecture, releaseImage, room, runningRefresh } from './roll-checks.ts'

/** Every reason at once; empty when the roll may start. */
export function preflight(facts: PreflightFacts, policy: RollPolicy): readonly Refusal[] {
  const { group } = facts
  if (group === undefined) {
    return [
      {
        cause: `there is no group ${facts.groupName}`,
        hint: "Check the group's name, account and region in drover.yaml.",
      },
    ]
  }
  return checks.flatMap((check) => check(group, facts, policy) ?? [])
}

/** In the order a person would mend them. */
const checks: readonly Check[] = [
  launchSource,
  templateImage,
  overrides,
  managedElsewhere,
  suspended,
  heldInstances,
  room,
  runningRefresh,
  alarms,
  releaseImage,
  architecture,
]
