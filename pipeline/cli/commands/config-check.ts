// `drover config check`: every problem of the configuration at once, each with its place and a hint.

import { exitCode, formatProblem } from '../../kernel/index.ts'
import type { CommandSpec } from '../command.ts'
import { configFileOf, configOption } from '../invocation.ts'
import { loadChecked } from '../wiring.ts'

export const configCheck: CommandSpec = {
  summary: 'read the configuration and everything it names; list every problem',
  options: [configOption],
  examples: ['drover config check --config docs/examples/acme/drover.yaml'],
  async run(invocation) {
    const loaded = await loadChecked(configFileOf(invocation))
    const { output, json } = invocation
    if (json) output.printJson(loaded.ok ? { ok: true, digest: loaded.config.digest } : { ok: false, problems: loaded.problems })
    else if (loaded.ok) output.print(`${loaded.config.file}: no problems in ${loaded.config.reached.length} files`)
    else {
      for (const problem of loaded.problems) output.print(formatProblem(problem))
      output.print(`${loaded.problems.length} problem${loaded.problems.length === 1 ? '' : 's'}`)
    }
    return loaded.ok ? exitCode.done : exitCode.problem
  },
}
