// `drover renew FAMILY`: replaces machines that are older than their group's limit, on the image they run.

import { exitCode } from '../../kernel/index.ts'
import { describeGroup } from '../../release/index.ts'
import { type CommandSpec, optionFlag } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { exitCodeOf, tell } from '../outcome.ts'
import type { RenewalOutlook } from '../renewals.ts'

export const renew: CommandSpec = {
  summary: "replace machines that are older than their group's limit, on the image they run",
  arguments: [{ name: '<family>', description: 'a family of the configuration' }],
  options: [
    ...placeOptions,
    { flags: '--watch', description: 'wait until every group has new machines' },
    { flags: '--plan', description: 'print whose machines would be replaced, do nothing' },
  ],
  examples: ['drover renew web --plan', 'drover renew web --watch'],
  async run(invocation) {
    const { output, json } = invocation
    const family = invocation.arguments[0] ?? ''
    const drover = await openFor(invocation)
    if (optionFlag(invocation, 'plan')) {
      const outlook = await drover.planOfRenewal(family)
      if (json) output.printJson(planJson(outlook))
      else for (const line of planLines(family, outlook)) output.print(line)
      return outlook.unread.length > 0 ? exitCode.failed : exitCode.done
    }
    const outcome = await drover.renew({ family, watch: optionFlag(invocation, 'watch') })
    if (outcome) {
      tell(output, outcome, json)
      return exitCodeOf(outcome)
    }
    if (json) output.printJson({ release: null })
    else output.print(nothing(family))
    return exitCode.done
  },
}

function planLines(family: string, { plan, unread }: RenewalOutlook): readonly string[] {
  const groups = plan?.target.groups.map(({ group }) => describeGroup(group)) ?? []
  return [
    ...unread.map((sentence) => `not known: ${sentence}`),
    ...(plan ? [`renews on ${plan.target.release}: ${groups.join(', ')}`, plan.reason] : [nothing(family)]),
  ]
}

function planJson({ plan, unread }: RenewalOutlook): unknown {
  return { on: plan?.target.release ?? null, groups: plan?.target.groups ?? [], reason: plan?.reason ?? null, unread }
}

function nothing(family: string): string {
  return `${family}: no machine is renewed now: none is beyond its limit on a release that may be rolled, or a release is open`
}
