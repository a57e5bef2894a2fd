// A node's hardening profile: what a server's may mend, break or bring takes a node's pods away.

import { harmsOf } from '../family-kinds.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { warn } from '../yaml/reading.ts'

/** What a bake does to a machine for the sake of a hardening profile. */
export interface Mending {
  /** Short names of the rules it mends. */
  readonly rules: ReadonlySet<string>
  /** Names of drover's own controls it applies. */
  readonly controls: readonly string[]
  /** Installed because the profile says so. */
  readonly packages: readonly string[]
}

/** `mendingOf`: a profile's, by its absolute path, for a family. A warning, not a problem: a cluster may live without one of them. */
export function checkNodeProfiles(
  { families }: WrittenConfig,
  mendingOf: (profile: string, family: string) => Mending | undefined,
): void {
  for (const { name, value: family } of families) {
    const harms = harmsOf({ kind: family.kind.value })
    const mending = harms && mendingOf(family.hardening.value, name)
    if (harms === undefined || mending === undefined) continue
    const found = [
      ...harms.rules.filter((rule) => mending.rules.has(rule)),
      ...harms.controls.filter((control) => mending.controls.includes(control)).map((control) => `the control ${control}`),
      ...harms.packages.filter((one) => mending.packages.includes(one)).map((one) => `the package ${one}`),
    ]
    if (found.length === 0) continue
    warn(
      family.hardening.at,
      'config-conflict',
      `family ${name} is ${family.kind.value}, and its hardening profile does what would break a node: ${found.join(', ')}`,
      `Start from ${harms.profile}, which waives each rule with its reason and leaves out the rest.`,
    )
  }
}
