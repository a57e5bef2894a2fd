// `drover plan [FAMILY]`: what a release would meet in the accounts as they are; writes nothing.

import { exitCode } from '../../kernel/index.ts'
import type { Lane } from '../../release/index.ts'
import { describeAccountPlan } from '../account-plan.ts'
import { type CommandSpec, optionFlag } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'

export const plan: CommandSpec = {
  summary: 'what a release would meet: groups, refusals, what it takes; changes nothing',
  arguments: [{ name: '[family]', description: 'a family of the configuration; default: every one' }],
  options: [...placeOptions, { flags: '--emergency', description: 'judge by the emergency lane' }],
  examples: ['drover plan', 'drover plan web --emergency --json'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const lane: Lane = optionFlag(invocation, 'emergency') ? 'emergency' : 'weekly'
    const named = invocation.arguments[0]
    const documents: unknown[] = []
    for (const family of named === undefined ? drover.families : [named]) {
      const { plan: found, now } = await drover.planOfAccounts(family, lane)
      documents.push(found)
      if (invocation.json) continue
      if (documents.length > 1) invocation.output.print('')
      for (const line of describeAccountPlan(found, now)) invocation.output.print(line)
    }
    if (invocation.json) invocation.output.printJson(documents)
    return exitCode.done
  },
}
