// `drover undo FAMILY`: takes groups back to an earlier release, by what the ledger knows alone.

import { exitCode, ProblemError } from '../../kernel/index.ts'
import { describeGroup, describeLost, groupsOf, keyOf, type UndoPlan, type UndoScope } from '../../release/index.ts'
import { type CommandSpec, type Invocation, optionFlag, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { exitCodeOf, tell } from '../outcome.ts'

export const undo: CommandSpec = {
  summary: 'take groups back to an earlier release',
  arguments: [{ name: '<family>', description: 'whose groups' }],
  options: [
    ...placeOptions,
    { flags: '--group <region/name>', description: 'this group only' },
    { flags: '--stage <name>', description: 'this stage only' },
    { flags: '--all', description: 'every group of the family that drover has moved' },
    { flags: '--to <release>', description: 'the release to go back to (default: the one before)' },
    { flags: '--reason <text>', description: 'why; stands in the ledger' },
    { flags: '--watch', description: 'wait until every group is back' },
    {
      flags: '--plan',
      description: 'print what would be taken back, which fixes would be lost and which packages differ, do nothing',
    },
  ],
  examples: [
    'drover undo web --all --reason "checkout fails since web-2026.48.1" --watch',
    'drover undo web --group eu-central-1/web --to web-2026.46.1 --reason "memory leak" --plan',
  ],
  async run(invocation) {
    const wish = { scope: scopeOf(invocation), to: optionText(invocation, 'to') }
    const drover = await openFor(invocation)
    const plan = await drover.planOfUndo(wish)
    if (optionFlag(invocation, 'plan')) {
      if (invocation.json) invocation.output.printJson(planJson(plan))
      else for (const line of planLines(plan)) invocation.output.print(line)
      return exitCode.done
    }
    for (const line of planLines(plan)) invocation.output.note(line)
    const reason = optionText(invocation, 'reason') ?? ''
    const outcome = await drover.undo({ ...wish, reason, watch: optionFlag(invocation, 'watch') })
    tell(invocation.output, outcome, invocation.json)
    return exitCodeOf(outcome)
  },
}

/** How much is meant is always said: nobody takes all of production back by leaving an option out. */
function scopeOf(invocation: Invocation): UndoScope {
  const family = invocation.arguments[0] ?? ''
  const stage = optionText(invocation, 'stage')
  const group = optionText(invocation, 'group')
  const all = optionFlag(invocation, 'all')
  if (all === (stage !== undefined || group !== undefined)) {
    throw new ProblemError({
      code: 'bad-argument',
      message: all ? '--all goes with neither --stage nor --group' : 'an undo needs to be told of what',
      hint: 'Say --group REGION/NAME, --stage NAME, or --all.',
    })
  }
  return { family, stage, group }
}

function planLines({ policy, target }: UndoPlan): readonly string[] {
  return [
    ...policy.stages.map((stage) => {
      const groups = groupsOf(stage).map((one) => describeGroup(keyOf(stage, one)))
      return `takes back to ${target.release}: ${groups.join(', ')}`
    }),
    describeLost(target),
  ]
}

function planJson({ policy, target }: UndoPlan): unknown {
  const groups = policy.stages.flatMap((stage) => groupsOf(stage).map((one) => keyOf(stage, one)))
  return {
    to: target.release,
    images: target.images,
    copies: target.copies,
    groups,
    lost: target.lost,
    updates: target.updates ?? [],
  }
}
