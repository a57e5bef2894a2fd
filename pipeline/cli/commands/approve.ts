// `drover approve RELEASE`: a person's yes or no to a stage, with a reason, into the ledger.

import { exitCode, ProblemError } from '../../kernel/index.ts'
import { type CommandSpec, optionFlag, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'

export const approve: CommandSpec = {
  summary: 'answer a stage that waits for approval',
  arguments: [{ name: '<release>', description: 'such as web-2026.47.1' }],
  options: [
    ...placeOptions,
    { flags: '--stage <name>', description: 'the stage to approve' },
    { flags: '--reason <text>', description: 'why; stands in the ledger' },
    { flags: '--deny', description: 'refuse instead: the release ends' },
  ],
  examples: ['drover approve web-2026.47.1 --stage prod --reason "change 4711"'],
  async run(invocation) {
    const stage = optionText(invocation, 'stage')
    const reason = optionText(invocation, 'reason')
    const missing = [stage === undefined ? '--stage' : '', reason === undefined ? '--reason' : ''].filter((flag) => flag !== '')
    if (stage === undefined || reason === undefined) {
      throw new ProblemError({
        code: 'bad-argument',
        message: `approve needs ${missing.join(' and ')}`,
        hint: 'drover approve --help',
      })
    }
    const drover = await openFor(invocation)
    const record = await drover.answer({
      releaseId: invocation.arguments[0] ?? '',
      stage,
      granted: !optionFlag(invocation, 'deny'),
      reason,
    })
    if (invocation.json) invocation.output.printJson(record)
    else
      invocation.output.print(
        `${record.release}: ${stage} ${optionFlag(invocation, 'deny') ? 'denied' : 'approved'} by ${record.runner}`,
      )
    return exitCode.done
  },
}
