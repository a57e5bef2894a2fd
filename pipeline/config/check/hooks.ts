// Hooks: those of one list can be told apart, for the ledger knows by its name which has run.

import type { WrittenConfig } from '../written/drover-file.ts'
import { hookName } from '../written/hooks.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkHooks({ families }: WrittenConfig): void {
  const lists = families.flatMap(({ value }) => value.hooks.flatMap(({ value: { before, after } }) => [before, after]))
  for (const list of lists) {
    const names = list.map(({ value }) => value && hookName(value))
    for (const [index, { at }] of list.entries()) {
      const name = names[index]
      if (!name || names.indexOf(name) === index) continue
      reportFollowing(at, 'config-conflict', `two of the hooks are called ${name}`, 'Give each a `name` of its own.')
    }
  }
}
