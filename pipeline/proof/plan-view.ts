// What a proof would make and what it is guessed to cost, before it makes anything.

import { formatDuration } from '../kernel/index.ts'
import type { PinnedBase } from '../release/index.ts'
import { type CostEstimate, priceDate } from './cost.ts'
import { money } from './meter.ts'
import { groupNamesOf, machinesEach, type ProofPlan, proofTag } from './plan.ts'

export function planLines(plan: ProofPlan, base: PinnedBase, estimate: CostEstimate, ceilingUsd: number): readonly string[] {
  const { id, place, instanceType, soakMs } = plan
  const { hours, machineHours, gbMonths, usd } = estimate
  return [
    `proof ${id} in account ${place.account}, region ${place.region}, in its default VPC`,
    `  image: ${imageLine(plan, base)}`,
    `  groups: ${groupNamesOf(id).join(', ')}, each of ${machinesEach} ${instanceType}, a soak of ${formatDuration(soakMs)} in each`,
    `  about ${hours.toFixed(1)} hours, ${machineHours.toFixed(1)} machine-hours, ${gbMonths.toFixed(2)} GB-months of disks and snapshots`,
    `  about ${money(usd)}: a guess, by list prices as they were known in ${priceDate}, without taxes and traffic`,
    `  ceiling ${money(ceilingUsd)}: reached, it is torn down`,
    `  everything is tagged ${proofTag}=${id} and torn down at the end`,
  ]
}

function imageLine({ baked }: ProofPlan, base: PinnedBase): string {
  const from = `${base.imageId} (${base.name})`
  if (baked === undefined) return `a copy of ${from}; no Packer, nothing looks into a machine`
  const { family, instanceType, reach } = baked
  return `${family}, baked by Packer on ${from} and verified, on ${instanceType} that the runner reaches ${reach === 'ssm' ? 'through sessions of SSM' : `by ${reach} addresses`}`
}
