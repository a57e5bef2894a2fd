// `drover iam`: the least that IAM and KMS must allow for this configuration, made from the actions drover calls.

import { badArgument, exitCode } from '../../kernel/index.ts'
import { type Runner, rightsOf, selected, terraformJson } from '../../rights/index.ts'
import { type CommandSpec, type Invocation, optionFlag, optionText } from '../command.ts'
import { configFileOf, configOption } from '../invocation.ts'
import { rightsLines } from '../rights-lines.ts'
import { needConfig } from '../wiring.ts'

const formats = ['text', 'json', 'terraform-json']

export const iam: CommandSpec = {
  summary: 'the least policies each role and key needs: identities, trust, key policies, grants',
  options: [
    configOption,
    { flags: '--account <id>', description: 'only what is made in that account' },
    { flags: '--role <role>', description: 'only one role: its name or ARN, images, runner, or a stage' },
    { flags: '--repository <owner/name>', description: 'who may take the runner’s roles (default: $GITHUB_REPOSITORY)' },
    { flags: '--environment <name>', description: 'its environment for all but production', default: 'images' },
    { flags: '--production-environment <name>', description: 'its environment for production', default: 'production' },
    { flags: '--runner <arn>', description: 'no repository: the runner is that role or user already' },
    { flags: '--with-migration', description: 'also what drover migrate needs, in policies of its own' },
    { flags: '--format <format>', description: 'text, json or terraform-json', default: 'text' },
  ],
  examples: [
    'drover iam --repository acme/images',
    'drover iam --repository acme/images --account 444444444444 --format terraform-json',
  ],
  async run(invocation) {
    const { output, json } = invocation
    const format = json ? 'json' : (optionText(invocation, 'format') ?? 'text')
    if (!formats.includes(format)) throw badArgument(`there is no format ${format}`, `Known: ${formats.join(', ')}.`)
    const runner = runnerOf(invocation)
    const config = await needConfig(configFileOf(invocation))
    const [account, role] = [optionText(invocation, 'account'), optionText(invocation, 'role')]
    const extras = { migration: optionFlag(invocation, 'withMigration') }
    const rights = selected(rightsOf(config, runner, extras), { account, role })
    if (rights.roles.length + rights.keys.length === 0) {
      throw badArgument('the configuration has no such account or role', 'Leave --account and --role out to see all.')
    }
    if (format === 'json') output.printJson(rights)
    else if (format === 'terraform-json') output.printJson(terraformJson(rights))
    else for (const line of rightsLines(rights)) output.print(line)
    return exitCode.done
  },
}

function runnerOf(invocation: Invocation): Runner {
  const arn = optionText(invocation, 'runner')
  const name = optionText(invocation, 'repository') ?? (process.env.GITHUB_REPOSITORY || undefined)
  if (arn !== undefined) {
    if (/^arn:[^:]+:iam::\d{12}:(role|user)\/.+$/.test(arn)) return { arn }
    throw badArgument(`${arn} is no role or user`, 'Write the full ARN.')
  }
  if (name === undefined || !/^[\w.-]+\/[\w.-]+$/.test(name)) {
    throw badArgument(
      'who may take the roles is not said',
      'Name the repository (--repository OWNER/NAME), or the runner (--runner ARN).',
    )
  }
  const stages = optionText(invocation, 'environment') ?? 'images'
  const production = optionText(invocation, 'productionEnvironment') ?? 'production'
  if (stages === production) throw badArgument('both environments are the same', 'Only one of them may take production’s role.')
  return { repository: { name, environments: { stages, production } } }
}
