// `drover advance [RELEASE]`: does what can be done now and says when to come back; a cron job is the whole scheduler.

import { type ExitCode, ProblemError } from '../../kernel/index.ts'
import { type CommandSpec, optionFlag, optionTexts } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { exitCodeOf, outcomeJson, tell, worst } from '../outcome.ts'

export const advance: CommandSpec = {
  summary: 'take open releases as far as they can go now, and renew machines that are too old',
  arguments: [{ name: '[release]', description: 'one release; default: every open one' }],
  options: [
    ...placeOptions,
    { flags: '--watch', description: 'wait through soaks and approvals instead of returning' },
    {
      flags: '--by-hand <group...>',
      description: 'roll these groups (region/name), which are tagged by-hand; needs the release',
    },
    { flags: '--plan', description: 'print what would be done next, do nothing' },
  ],
  examples: ['drover advance', 'drover advance web-2026.47.1 --plan'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const { output, json } = invocation
    const named = invocation.arguments[0]
    if (named === undefined && !optionFlag(invocation, 'plan')) await drover.openDueRenewals()
    const releases = named === undefined ? await drover.openReleases() : [named]
    if (releases.length === 0 && !json) output.print('no release is open')
    const byHand = optionTexts(invocation, 'byHand')
    if (byHand.length > 0) {
      if (named === undefined)
        throw new ProblemError({
          code: 'bad-argument',
          message: '--by-hand needs the release',
          hint: 'drover advance RELEASE --by-hand GROUP',
        })
      await drover.orderByHand(named, byHand)
    }
    const codes: ExitCode[] = []
    // One document, however many releases there are.
    const documents: unknown[] = []
    for (const id of releases) {
      if (optionFlag(invocation, 'plan')) {
        const plan = await drover.planOfRelease(id)
        if (json) documents.push(plan)
        else for (const line of plan.lines) output.print(line)
        continue
      }
      const outcome = await drover.advance({ release: id, watch: optionFlag(invocation, 'watch') })
      if (json) documents.push(outcomeJson(outcome))
      else tell(output, outcome, false)
      codes.push(exitCodeOf(outcome))
    }
    if (json) output.printJson(documents)
    return worst(codes)
  },
}
