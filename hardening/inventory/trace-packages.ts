// Why each package is in the image: the base, an agent, a control, the profile, a provisioner, or no reason anybody gave. Pure.

import type { InstalledPackage, TracedPackage } from './inventory.ts'

/** What the bake wrote down about packages as it went. Names without architecture. */
export interface PackageHistory {
  /** Before anything was done. */
  readonly base: ReadonlySet<string>
  /** After updates and the one transaction that installs what was declared. */
  readonly withAgents: ReadonlySet<string>
  /** After the family's provisioners. */
  readonly provisioned: ReadonlySet<string>
  readonly depends: ReadonlyMap<string, Dependencies>
}

export interface Dependencies {
  /** Every name in Pre-Depends and Depends, alternatives included: the one that is installed is the one that was chosen. */
  readonly needs: readonly string[]
  readonly provides: readonly string[]
}

/** Packages somebody asked for, and who: `agent collectd`, `control firewall`, `profile`, `drover`. */
export interface Declared {
  readonly reason: string
  readonly packages: readonly string[]
}

/**
 * Each installed package with the first reason that holds: it came with the base; somebody declared it, or something declared needs
 * it; an update of the base needs it; a provisioner brought it; hardening brought it. A package of which none is true is untraced.
 */
export function tracePackages(
  installed: readonly InstalledPackage[],
  history: PackageHistory,
  declared: readonly Declared[],
): readonly TracedPackage[] {
  const providers = providersOf(history, installed)
  const reasons = new Map<string, string>()
  for (const { reason, packages } of declared) reach(packages, reason, history, providers, reasons)
  reach([...history.base], 'base', history, providers, reasons)
  return installed.map((one) => {
    const tracedTo = history.base.has(one.name) ? 'base' : (reasons.get(one.name) ?? laterReason(one.name, history))
    return tracedTo === undefined ? one : { ...one, tracedTo }
  })
}

/** What came after the declared packages came with whatever ran then; what is in no list of the bake came after it. */
function laterReason(name: string, { withAgents, provisioned, depends }: PackageHistory): string | undefined {
  if (withAgents.has(name)) return undefined
  if (provisioned.has(name)) return 'provisioners'
  return depends.has(name) ? 'hardening' : undefined
}

/** Marks all that is needed from here and has no reason yet. */
function reach(
  from: readonly string[],
  reason: string,
  { depends }: PackageHistory,
  providers: ReadonlyMap<string, readonly string[]>,
  reasons: Map<string, string>,
): void {
  const open = [...from]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const real of providers.get(name) ?? []) {
      if (reasons.has(real)) continue
      reasons.set(real, reason)
      open.push(...(depends.get(real)?.needs ?? []))
    }
  }
}

/** Installed packages by each name they answer to, their own first. */
function providersOf(
  { depends }: PackageHistory,
  installed: readonly InstalledPackage[],
): ReadonlyMap<string, readonly string[]> {
  const providers = new Map<string, string[]>()
  for (const { name } of installed) {
    for (const answered of [name, ...(depends.get(name)?.provides ?? [])]) {
      providers.set(answered, [...(providers.get(answered) ?? []), name])
    }
  }
  return providers
}
