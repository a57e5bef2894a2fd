// Soaks of stages whose nodes Karpenter makes: it may learn of a parameter's new image a day late, and a soak of hours then proves nothing.

import { formatDuration } from '../../kernel/index.ts'
import type { WrittenConfig, WrittenWave } from '../written/drover-file.ts'
import type { WrittenLane } from '../written/lane.ts'
import { warn } from '../yaml/reading.ts'

/** For how long Karpenter keeps what a parameter held [doc: aws/karpenter-provider-aws, pkg/cache/cache.go]. */
const keptMs = 86_400_000

/** A warning, not a problem: whoever restarts Karpenter after each roll has no need of it. Of the weekly lane alone: an emergency's cannot wait. */
export function checkKarpenterSoaks({ families, lanes }: WrittenConfig): void {
  const stages = new Set(
    families.flatMap(({ value: { groups } }) => groups.filter(({ value }) => listsNodes(value.value)).map(({ name }) => name)),
  )
  for (const { name, durationMs } of lanes.weekly.soak.stages) {
    if (!stages.has(name) || exposed(lanes.weekly, name) || durationMs.value > keptMs) continue
    warn(
      durationMs.at,
      'config-conflict',
      `stage ${name} has nodes of Karpenter, no \`exposure\` and a soak of ${formatDuration(durationMs.value)}: Karpenter may keep the old image for ${formatDuration(keptMs)}, so it can end before any node has the new one`,
      `Write exposure: { ${name}: 24 } in the lane, or a soak of more than ${formatDuration(keptMs)}.`,
    )
  }
}

function exposed({ exposure }: WrittenLane, stage: string): boolean {
  return exposure.some(({ name }) => name === stage)
}

function listsNodes(waves: readonly WrittenWave[]): boolean {
  return waves.some(({ groups }) => groups.some(({ karpenter }) => karpenter !== undefined))
}
