// `drover report RELEASE`: where the hardening report of a release is, and what it says in a few lines.

import { exitCode } from '../../kernel/index.ts'
import type { CommandSpec } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'

export const report: CommandSpec = {
  summary: 'the hardening report of a release: its path and its figures',
  arguments: [{ name: '[release]', description: 'default: the newest verified one' }],
  options: [...placeOptions],
  examples: ['drover report web-2026.47.1', 'drover report --rehearsal --json'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const found = await drover.report(invocation.arguments[0])
    if (invocation.json) invocation.output.printJson(found)
    else for (const line of found.lines) invocation.output.print(line)
    return exitCode.done
  },
}
