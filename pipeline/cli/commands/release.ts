// `drover release FAMILY`: opens a release (or takes up the open one) and goes as far as can be gone now.

import { exitCode } from '../../kernel/index.ts'
import type { BakingLane } from '../../release/index.ts'
import { type CommandSpec, optionFlag, optionText, optionTexts } from '../command.ts'
import { describeHour, startsInTime } from '../hour.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { exitCodeOf, tell } from '../outcome.ts'
import { printable } from '../terminal.ts'

export const release: CommandSpec = {
  summary: 'bake, prove and promote a family; taken up again where it was left',
  arguments: [{ name: '<family>', description: 'a family of the configuration' }],
  options: [
    ...placeOptions,
    { flags: '--emergency', description: 'take the short lane (needs --reason)' },
    { flags: '--reason <text>', description: 'why; stands in the ledger' },
    { flags: '--fixes <fix...>', description: "what the image must be proven to fix: CVE-2026-12345, 'openssl>=3.5.2-1'" },
    { flags: '--even-if-late', description: 'open an emergency release that will not be in production in time' },
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
      const hour = lane === 'emergency' ? await drover.projectionOf(family) : undefined
      if (invocation.json) invocation.output.printJson({ ...plan, ...(hour && { hour }) })
      else for (const line of [...plan.lines, ...(hour ? describeHour(hour) : [])]) invocation.output.print(printable(line))
      return exitCode.done
    }
    // Without a reason none is opened: the refusal says so.
    if (lane === 'emergency' && optionText(invocation, 'reason') !== undefined) {
      const hour = await drover.projectionOf(family)
      const say = (line: string) => invocation.output[invocation.json ? 'note' : 'print'](printable(line))
      if (!startsInTime(hour, optionFlag(invocation, 'evenIfLate'), say)) {
        if (invocation.json) invocation.output.printJson({ kind: 'refused', family, lane, hour })
        return exitCode.refused
      }
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
