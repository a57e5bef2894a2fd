// `drover advance [RELEASE]`: does what can be done now and says when to come back; a cron job is the whole scheduler.

import { type ExitCode, exitCode, ProblemError } from '../../kernel/index.ts'
import { advancedJson, attempt, exitCodeOfAdvanced } from '../advance-all.ts'
import { type CommandSpec, type Invocation, optionFlag, optionTexts } from '../command.ts'
import type { Drover, Plan } from '../drover.ts'
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
    const { output, json, signal } = invocation
    const named = invocation.arguments[0]
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
    if (optionFlag(invocation, 'plan')) return printPlans(invocation, drover, named)
    const watch = optionFlag(invocation, 'watch')
    if (named !== undefined) {
      const outcome = await drover.advance({ release: named, watch })
      if (json) output.printJson([outcomeJson(outcome)])
      else tell(output, outcome, false)
      return exitCodeOf(outcome)
    }
    const renewing = await attempt(
      async () => {
        await drover.openDueRenewals()
        return exitCode.done
      },
      signal,
      output.note,
    )
    // One document, however many releases there are.
    const advanced = await drover.advanceAll({
      watch,
      tell: (one) => {
        if (!one.ok) exitCodeOfAdvanced(one, signal, output.note)
        else if (!json) tell(output, one.outcome, false)
      },
    })
    if (json) output.printJson(advanced.map(advancedJson))
    else if (advanced.length === 0) output.print('no release is open')
    return worst([renewing, ...advanced.map((one) => exitCodeOfAdvanced(one, signal, () => undefined))])
  },
}

async function printPlans({ output, json }: Invocation, drover: Drover, named: string | undefined): Promise<ExitCode> {
  const releases = named === undefined ? await drover.openReleases() : [named]
  if (releases.length === 0 && !json) output.print('no release is open')
  const plans: Plan[] = []
  for (const id of releases) plans.push(await drover.planOfRelease(id))
  if (json) output.printJson(plans)
  else for (const line of plans.flatMap(({ lines }) => lines)) output.print(line)
  return exitCode.done
}
