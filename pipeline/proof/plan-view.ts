// What a proof would make and what it is guessed to cost, before it makes anything.

import { formatDuration } from '../kernel/index.ts'
import type { MachineImage } from '../ports/index.ts'
import { type CostEstimate, priceDate } from './cost.ts'
import { money } from './meter.ts'
import { groupNamesOf, machinesEach, type ProofPlan, proofTag } from './plan.ts'

export function planLines(plan: ProofPlan, base: MachineImage, estimate: CostEstimate, ceilingUsd: number): readonly string[] {
  const { id, place, instanceType, soakMs } = plan
  const { hours, machineHours, gbMonths, usd } = estimate
  return [
    `proof ${id} in account ${place.account}, region ${place.region}, in its default VPC`,
    `  image: a copy of ${base.id} (${base.name}); no Packer, nothing looks into a machine`,
    `  groups: ${groupNamesOf(id).join(', ')}, each of ${machinesEach} ${instanceType}, a soak of ${formatDuration(soakMs)} in each`,
    `  about ${hours.toFixed(1)} hours, ${machineHours.toFixed(1)} machine-hours, ${gbMonths.toFixed(2)} GB-months of disks and snapshots`,
    `  about ${money(usd)}: a guess, by list prices as they were known in ${priceDate}, without taxes and traffic`,
    `  ceiling ${money(ceilingUsd)}: reached, it is torn down`,
    `  everything is tagged ${proofTag}=${id} and torn down at the end`,
  ]
}
