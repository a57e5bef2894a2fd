// What changed between two releases of a line: rules, packages, agents' ports, programs that run as another user. Pure.

import type { Inventory } from '../inventory/inventory.ts'
import type { Report } from '../report/report.ts'
import { type Status, statusFacts } from '../verdict/status.ts'

export interface RuleChange {
  readonly name: string
  /** `absent`: not part of that release's profile or content. */
  readonly before: Status | 'absent'
  readonly now: Status | 'absent'
  readonly worse: boolean
}

export interface Changes {
  /** Those that got worse first. */
  readonly rules: readonly RuleChange[]
  /** Undefined when one of the two releases did not list them. */
  readonly packages: readonly Change[] | undefined
  readonly ports: readonly Change[] | undefined
  readonly setuid: readonly Change[] | undefined
}

export interface Change {
  readonly name: string
  /** Undefined: it was not there. */
  readonly before: string | undefined
  readonly now: string | undefined
}

export function changesBetween(before: Report, now: Report): Changes {
  const listed = (facts: (inventory: Inventory) => ReadonlyMap<string, string>): readonly Change[] | undefined =>
    before.inventory && now.inventory && differences(facts(before.inventory), facts(now.inventory))
  return {
    rules: ruleChanges(before, now),
    packages: listed(
      ({ packages }) => new Map(packages.map(({ name, architecture, version }) => [`${name}:${architecture}`, version])),
    ),
    ports: listed(
      ({ listening }) =>
        new Map(listening.map((one) => [`${one.protocol} ${one.address}:${one.port}`, one.program || 'listening'])),
    ),
    setuid: listed(({ setuid }) => new Map(setuid.map((path) => [path, 'present']))),
  }
}

function ruleChanges(before: Report, now: Report): readonly RuleChange[] {
  const old = new Map(before.rules.map((rule) => [rule.id, rule]))
  const current = new Map(now.rules.map((rule) => [rule.id, rule]))
  const changes = [...new Set([...old.keys(), ...current.keys()])].flatMap((id): RuleChange[] => {
    const [was, is] = [old.get(id), current.get(id)]
    if (was?.status === is?.status) return []
    const met = (status: Status | undefined): boolean => status !== undefined && statusFacts[status].met
    return [
      {
        name: (is ?? was)?.name ?? id,
        before: was?.status ?? 'absent',
        now: is?.status ?? 'absent',
        worse: met(was?.status) && !met(is?.status),
      },
    ]
  })
  return changes.toSorted((a, b) => Number(b.worse) - Number(a.worse))
}

function differences(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly Change[] {
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((name) => before.get(name) !== now.get(name))
    .toSorted()
    .map((name) => ({ name, before: before.get(name), now: now.get(name) }))
}
