// `drover release FAMILY`: opens a release (or takes up the open one) and goes as far as can be gone now.

import type { BakingLane } from '../../release/index.ts'
import { type CommandSpec, optionFlag, optionText, optionTexts } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { exitCodeOf, tell } from '../outcome.ts'

export const release: CommandSpec = {
  summary: 'bake, prove and promote a family; taken up again where it was left',
  arguments: [{ name: '<family>', description: 'a family of the configuration' }],
  options: [
    ...placeOptions,
    { flags: '--emergency', description: 'take the short lane (needs --reason)' },
    { flags: '--reason <text>', description: 'why; stands in the ledger' },
    { flags: '--fixes <fix...>', description: "what the image must be proven to fix: CVE-2026-12345, 'openssl>=3.5.2-1'" },
    { flags: '--watch', description: 'wait through soaks and approvals instead of returning' },
    { flags: '--plan', description: 'print what would be done next, do nothing' },
  ],
  examples: [
    'drover release web',
    'drover release web --emergency --reason Heartbleed --fixes CVE-2014-0160 "openssl>=1.0.1g-1" --watch',
  ],
  async run(invocation) {
    const drover = await openFor(invocation)
    const family = invocation.arguments[0] ?? ''
    const lane: BakingLane = optionFlag(invocation, 'emergency') ? 'emergency' : 'weekly'
    if (optionFlag(invocation, 'plan')) {
      const plan = await drover.planOfFamily(family, lane)
      if (invocation.json) invocation.output.printJson(plan)
      else for (const line of plan.lines) invocation.output.print(line)
      return 0
    }
    const outcome = await drover.release({
      family,
      lane,
      reason: optionText(invocation, 'reason'),
      fixes: optionTexts(invocation, 'fixes'),
      watch: optionFlag(invocation, 'watch'),
    })
    tell(invocation.output, outcome, invocation.json)
    return exitCodeOf(outcome)
  },
}
