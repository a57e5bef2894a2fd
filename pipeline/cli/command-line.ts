// The command line: the table of commands as a commander program, of which one command runs.

import { Command } from 'commander'
import { type ExitCode, exitCode } from '../kernel/index.ts'
import type { CommandSpec, Invocation, Output } from './command.ts'
import { commands } from './commands/index.ts'

/** Throws what the command throws, and commander's own error for help and for what is mistyped (already told by then). */
export async function runCommandLine(words: readonly string[], output: Output, signal: AbortSignal): Promise<ExitCode> {
  let code: ExitCode = exitCode.done
  const program = new Command('drover')
    .description('Golden machine images, baked, hardened, proven, and driven to production.')
    .exitOverride()
    .showHelpAfterError('(--help tells what the command takes)')
    .configureOutput({
      writeOut: (text) => output.print(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    })
  for (const [path, spec] of Object.entries(commands)) {
    addCommand(program, path.split(' '), spec, async (given) => {
      code = await spec.run({ ...given, signal, output })
    })
  }
  await program.parseAsync(words, { from: 'user' })
  return code
}

type Given = Omit<Invocation, 'signal' | 'output'>

function addCommand(program: Command, path: readonly string[], spec: CommandSpec, run: (given: Given) => Promise<void>): void {
  const command = parentOf(program, path.slice(0, -1))
    .command(path.at(-1) ?? '')
    .description(spec.summary)
  for (const { name, description } of spec.arguments ?? []) command.argument(name, description)
  for (const option of spec.options ?? []) command.option(option.flags, option.description, option.default)
  command.option('--json', 'print JSON on standard output')
  if (spec.examples) command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`)
  command.action(async (...received: unknown[]) => {
    const options = command.opts<Record<string, string | boolean | readonly string[] | undefined>>()
    const values = received.slice(0, spec.arguments?.length ?? 0) as (string | undefined)[]
    await run({ arguments: values, options, json: options.json === true })
  })
}

function parentOf(program: Command, path: readonly string[]): Command {
  return path.reduce(
    (parent, word) =>
      parent.commands.find((command) => command.name() === word) ?? parent.command(word).description(`commands of the ${word}`),
    program,
  )
}
