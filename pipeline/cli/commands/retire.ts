// `drover retire`: images that nothing needs any more, deprecated, disabled and deregistered by policy; a dry run unless told otherwise.

import { type ExitCode, exitCode } from '../../kernel/index.ts'
import type { Proposal } from '../../retire/index.ts'
import { type CommandSpec, type Invocation, optionFlag, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { printable, table } from '../terminal.ts'

export const retire: CommandSpec = {
  summary: 'take images that nothing needs out of use, by policy; a dry run without --apply',
  options: [
    ...placeOptions,
    { flags: '--family <name>', description: 'images of this family only' },
    { flags: '--orphans', description: 'instead: what bakes that ended over a day ago have left behind' },
    { flags: '--apply', description: 'do it' },
  ],
  examples: ['drover retire', 'drover retire --family web --apply'],
  async run(invocation) {
    const apply = optionFlag(invocation, 'apply')
    if (optionFlag(invocation, 'orphans')) return sweep(invocation, apply)
    const { plan, retired } = await (await openFor(invocation)).retire({ family: optionText(invocation, 'family'), apply })
    const { output } = invocation
    if (invocation.json) output.printJson({ ...plan, retired })
    else {
      for (const sentence of [...plan.unasked, ...plan.unresolved]) output.print(printable(`not known: ${sentence}`))
      for (const line of describe(plan.proposals)) output.print(printable(line))
      for (const note of retired?.notes ?? []) output.print(note)
      for (const failure of retired?.failures ?? []) output.print(printable(`failed: ${failure}`))
      const steps = plan.proposals.filter(({ step }) => step !== undefined).length
      if (!apply && steps > 0)
        output.print(`nothing was done: drover retire --apply takes ${steps === 1 ? 'this step' : `these ${steps} steps`}`)
      if (retired) output.print(`${retired.done.length} of ${steps} steps taken`)
    }
    return plan.unasked.length + plan.unresolved.length + (retired?.failures.length ?? 0) > 0 ? exitCode.failed : exitCode.done
  },
}

async function sweep(invocation: Invocation, apply: boolean): Promise<ExitCode> {
  const { orphans, failures } = await (await openFor(invocation)).orphans(apply)
  const { output } = invocation
  if (invocation.json) output.printJson({ ...orphans, failures })
  else {
    const { found, foreign } = orphans
    for (const { id, type, release, region } of found) output.print(`${type} ${id} of ${release} in ${region}`)
    for (const { id, type, value, region } of foreign)
      output.print(printable(`left alone: ${type} ${id} in ${region}, of build ${value} that this ledger does not know`))
    for (const failure of failures) output.print(printable(`failed: ${failure}`))
    if (found.length === 0 && failures.length === 0) output.print('no bake of this ledger has left anything')
    else if (!apply && found.length > 0)
      output.print('nothing was done: drover retire --orphans --apply removes what is of this ledger')
  }
  return failures.length > 0 ? exitCode.failed : exitCode.done
}

const verbs = { deprecated: 'deprecate', disabled: 'disable', deregistered: 'deregister with its snapshots' } as const

function describe(proposals: readonly Proposal[]): readonly string[] {
  if (proposals.length === 0) return ['drover owns no image']
  const rows = proposals.map(({ imageId, region, release, ageDays, step, why }) => [
    imageId,
    region,
    release ?? '-',
    `${ageDays}d`,
    step === undefined ? 'keep' : verbs[step],
    why,
  ])
  return table([['IMAGE', 'REGION', 'RELEASE', 'AGE', 'STEP', 'WHY'], ...rows])
}
