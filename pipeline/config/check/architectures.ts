// Architectures: a family has one base for each, and every group says which of them it runs where there are several.

import type { WrittenConfig, WrittenFamily, WrittenGroup, WrittenNode } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkArchitectures({ families }: WrittenConfig): void {
  for (const { name, value: family } of families) {
    checkBases(name, family)
    for (const { value: waves } of family.groups) {
      for (const group of waves.value.flatMap((wave) => wave.groups)) checkGroup(name, family, group)
    }
  }
}

function checkBases(name: string, { base = [], node }: WrittenFamily): void {
  if (node !== undefined) checkNode(name, node)
  for (const [index, { architecture }] of base.entries()) {
    if (base.findIndex((other) => other.architecture.value === architecture.value) === index) continue
    const hint = 'Say `architecture: arm64` in one of them, or take one out.'
    reportFollowing(architecture.at, 'config-conflict', `family ${name} has two bases for ${architecture.value}`, hint)
  }
}

function checkNode(name: string, { architectures: { at, value } }: WrittenNode): void {
  if (new Set(value).size === value.length) return
  reportFollowing(at, 'config-conflict', `family ${name} names an architecture twice`, 'Take one out.')
}

function checkGroup(
  name: string,
  { base = [], node }: WrittenFamily,
  { group, nodeGroup, karpenter, architecture }: WrittenGroup,
): void {
  const built = [...new Set(node?.architectures.value ?? base.map((one) => one.architecture.value))]
  if (built.length === 0) return
  if (architecture !== undefined && !built.includes(architecture.value)) {
    const hint = `Add a base for it; family ${name} is built for ${built.join(' and ')}.`
    reportFollowing(architecture.at, 'config-conflict', `family ${name} has no base for ${architecture.value}`, hint)
  }
  if (architecture === undefined && built.length > 1) {
    const key = nodeGroup !== undefined ? 'nodeGroup' : karpenter !== undefined ? 'karpenter' : 'group'
    const hint = `Write { ${key}: ${group.value}, architecture: ${built.at(-1)} }.`
    reportFollowing(group.at, 'config-missing-key', `group ${group.value} does not say which architecture it runs`, hint)
  }
}
