// `drover config check`: every problem of the configuration at once, each with its place and a hint.

import { exitCode, formatProblem, type Problem } from '../../kernel/index.ts'
import type { CommandSpec } from '../command.ts'
import { configFileOf, configOption } from '../invocation.ts'
import { printable } from '../terminal.ts'
import { askLedgerProtection, loadChecked } from '../wiring.ts'

export const configCheck: CommandSpec = {
  summary: 'read the configuration and everything it names, ask how the ledger is protected; list every problem',
  options: [configOption],
  examples: ['drover config check --config docs/examples/acme/drover.yaml'],
  async run(invocation) {
    const loaded = await loadChecked(configFileOf(invocation))
    const { output, json } = invocation
    const protection = loaded.ok ? await askLedgerProtection(loaded.config) : undefined
    const problems: readonly Problem[] = loaded.ok ? (protection?.problems ?? []) : loaded.problems
    if (json)
      output.printJson(loaded.ok && problems.length === 0 ? { ok: true, digest: loaded.config.digest } : { ok: false, problems })
    else if (loaded.ok && problems.length === 0)
      output.print(`${loaded.config.file}: no problems in ${loaded.config.reached.length} files`)
    else {
      for (const problem of problems) output.print(printable(formatProblem(problem)))
      output.print(`${problems.length} problem${problems.length === 1 ? '' : 's'}`)
    }
    if (loaded.ok) for (const one of loaded.warnings) output.note(printable(`warning: ${formatProblem(one)}`))
    for (const warning of protection?.warnings ?? []) output.note(printable(`warning: ${warning}`))
    for (const why of protection?.unasked ?? []) output.note(printable(`not asked how the ledger is protected: ${why}`))
    return problems.length === 0 ? exitCode.done : exitCode.problem
  },
}
