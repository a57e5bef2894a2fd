// `drover revoke` and `drover restore`: a person says that a release is bad, and that it is good after all.

import { type ExitCode, exitCode } from '../../kernel/index.ts'
import { describeGroup } from '../../release/index.ts'
import { type CommandSpec, optionFlag, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { exitCodeOf, outcomeJson, tell } from '../outcome.ts'
import type { RestoreOutcome, RevokeOutcome } from '../revocation.ts'

const named = [{ name: '<release>', description: 'which release' }]
const reasonOption = { flags: '--reason <text>', description: 'why; stands in the ledger' }

export const revoke: CommandSpec = {
  summary: 'call a release bad: it is refused everywhere and rolled off',
  arguments: named,
  options: [
    ...placeOptions,
    reasonOption,
    { flags: '--leave', description: 'leave the groups that run it as they are' },
    { flags: '--watch', description: 'wait until it runs nowhere' },
  ],
  examples: [
    'drover revoke web-2026.48.1 --reason "its log shipper leaks tokens" --watch',
    'drover revoke web-2026.48.1 --reason "not for new machines" --leave',
  ],
  async run(invocation) {
    const { output, json } = invocation
    const outcome = await (await openFor(invocation)).revoke({
      release: invocation.arguments[0] ?? '',
      reason: optionText(invocation, 'reason') ?? '',
      leave: optionFlag(invocation, 'leave'),
      watch: optionFlag(invocation, 'watch'),
    })
    if (json) output.printJson(jsonOf(outcome))
    else {
      output.print(`${outcome.release} is revoked: it is rolled nowhere, and nothing goes back to it`)
      for (const step of [outcome.ended, outcome.undo]) if (step) tell(output, step, false)
      for (const line of leftLines(outcome)) output.print(line)
    }
    return codeOf(outcome, optionFlag(invocation, 'leave'))
  },
}

export const restore: CommandSpec = {
  summary: 'take a revocation back',
  arguments: named,
  options: [...placeOptions, reasonOption],
  examples: ['drover restore web-2026.48.1 --reason "the leak was in another service"'],
  async run(invocation) {
    const release = invocation.arguments[0] ?? ''
    const outcome = await (await openFor(invocation)).restore({ release, reason: optionText(invocation, 'reason') ?? '' })
    if (invocation.json) invocation.output.printJson(outcome)
    else for (const line of restoredLines(release, outcome)) invocation.output.print(line)
    return outcome.record ? exitCode.done : exitCode.failed
  },
}

function restoredLines(release: string, { record, images, failures }: RestoreOutcome): readonly string[] {
  return [
    ...images.map(({ imageId, region }) => `${imageId} in ${region} is enabled, for those who might launch it before`),
    ...failures.map((failure) => `not given back: ${failure}`),
    record
      ? `${release} is good again: it may be gone back to (drover undo FAMILY --to ${release})`
      : `${release} stays revoked until all of its images are back: say drover restore again`,
  ]
}

function leftLines({ release, groups, stuck, disabled }: RevokeOutcome): readonly string[] {
  const { images, held, failures } = disabled
  const running = [
    `it still runs on ${groups.map(describeGroup).join(', ')}`,
    stuck ?? `drover revoke ${release} rolls them off it; drover undo takes single groups to a release of your choice`,
  ]
  const again = `its images stay enabled, or a group could not grow; drover revoke ${release} disables them when nothing launches them`
  return [
    ...(groups.length > 0 ? running : []),
    ...images.map(({ imageId, region }) => `${imageId} in ${region} is disabled; drover restore ${release} gives it back`),
    ...held,
    ...failures.map((failure) => `not known or not done: ${failure}`),
    ...(held.length + failures.length > 0 ? [again] : []),
  ]
}

function codeOf({ ended, undo, stuck, disabled: { held, failures } }: RevokeOutcome, isLeft: boolean): ExitCode {
  if (stuck !== undefined || failures.length > 0) return exitCode.failed
  if (undo && undo.kind !== 'done') return exitCodeOf(undo)
  if (ended?.kind === 'not-yet') return exitCode.notYet
  return held.length > 0 && !isLeft ? exitCode.notYet : exitCode.done
}

function jsonOf({ ended, undo, ...rest }: RevokeOutcome): unknown {
  return { ...rest, ended: ended && outcomeJson(ended), undo: undo && outcomeJson(undo) }
}
