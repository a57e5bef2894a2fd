// `drover approve RELEASE`: a person's yes or no to a stage, with a reason, into the ledger.

import { exitCode, ProblemError } from '../../kernel/index.ts'
import { createHttpClient } from '../../system/index.ts'
import { type CommandSpec, type Invocation, optionFlag, optionText } from '../command.ts'
import { type EnvironmentAnswer, readEnvironmentAnswer } from '../environment-approval.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { printable } from '../terminal.ts'

export const approve: CommandSpec = {
  summary: 'answer a stage that waits for approval',
  arguments: [{ name: '<release>', description: 'such as web-2026.47.1' }],
  options: [
    ...placeOptions,
    { flags: '--stage <name>', description: 'the stage to approve' },
    { flags: '--reason <text>', description: 'why; stands in the ledger' },
    { flags: '--deny', description: 'refuse instead: the release ends' },
    {
      flags: '--github-environment <name>',
      description: 'in GitHub Actions: what the reviewers of this run said at that environment, with their comment',
    },
  ],
  examples: [
    'drover approve web-2026.47.1 --stage prod --reason "change 4711"',
    'drover approve web-2026.47.1 --stage prod --github-environment approval',
  ],
  async run(invocation) {
    const stage = optionText(invocation, 'stage')
    const given = givenAnswer(invocation)
    const environment = optionText(invocation, 'githubEnvironment')
    const missing = [...(stage === undefined ? ['--stage'] : []), ...(given || environment !== undefined ? [] : ['--reason'])]
    if (stage === undefined || missing.length > 0) throw badArgument(`approve needs ${missing.join(' and ')}`)
    if (environment !== undefined && (given || optionFlag(invocation, 'deny'))) {
      throw badArgument('what was said at --github-environment has its own answer and reason: leave --deny and --reason out')
    }
    const answer = given ?? (await answerAt(environment ?? '', invocation))
    const drover = await openFor(invocation)
    const record = await drover.answer({ releaseId: invocation.arguments[0] ?? '', stage, ...answer })
    if (invocation.json) invocation.output.printJson(record)
    else {
      const by = answer.by ?? record.runner
      invocation.output.print(printable(`${record.release}: ${stage} ${answer.granted ? 'approved' : 'denied'} by ${by}`))
    }
    return exitCode.done
  },
}

type Answer = Omit<EnvironmentAnswer, 'by'> & { readonly by?: string }

function givenAnswer(invocation: Invocation): Answer | undefined {
  const reason = optionText(invocation, 'reason')
  return reason === undefined ? undefined : { granted: !optionFlag(invocation, 'deny'), reason }
}

function answerAt(environment: string, { signal }: Invocation): Promise<Answer> {
  return readEnvironmentAnswer({ environment, variables: process.env, http: createHttpClient(), signal })
}

function badArgument(message: string): ProblemError {
  return new ProblemError({ code: 'bad-argument', message, hint: 'drover approve --help' })
}
