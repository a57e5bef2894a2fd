// `drover migrate`: takes a group off its launch configuration, to a launch template that says the same; a dry run unless told otherwise.

import { exitCode } from '../../kernel/index.ts'
import { describeGroup } from '../../release/index.ts'
import { type CommandSpec, optionFlag, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import type { MigrateOutcome } from '../migration.ts'
import { migrationLines, sayable } from '../migration-view.ts'
import { printable } from '../terminal.ts'

export const migrate: CommandSpec = {
  summary: 'take a group off its launch configuration; a dry run without --apply',
  arguments: [{ name: '<region/name>', description: 'which group' }],
  options: [
    ...placeOptions,
    { flags: '--stage <name>', description: 'of which stage, where several have a group of that name' },
    { flags: '--reason <text>', description: 'why; stands in the ledger' },
    { flags: '--apply', description: 'do it' },
  ],
  examples: [
    'drover migrate eu-central-1/web --stage prod',
    'drover migrate eu-central-1/web --stage prod --apply --reason "launch configurations have no versions"',
  ],
  async run(invocation) {
    const { output, json } = invocation
    const apply = optionFlag(invocation, 'apply')
    const outcome = await (await openFor(invocation)).migrate({
      group: invocation.arguments[0] ?? '',
      stage: optionText(invocation, 'stage'),
      reason: optionText(invocation, 'reason') ?? '',
      apply,
    })
    if (json) output.printJson(jsonOf(outcome))
    else for (const line of migrationLines(outcome, apply)) output.print(printable(line))
    return outcome.refusals.length > 0 ? exitCode.refused : exitCode.done
  },
}

function jsonOf({ key, plan, refusals, template }: MigrateOutcome): unknown {
  const group = describeGroup(key)
  if (plan.kind === 'done') return { group, from: plan.from, template: plan.template, refusals, migrated: template !== undefined }
  const { configuration, templateName } = plan
  return {
    group,
    from: configuration.name,
    templateName,
    contents: Object.fromEntries(sayable(configuration)),
    refusals,
    template,
    migrated: template !== undefined,
  }
}
