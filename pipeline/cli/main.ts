// The command line's entry: parse, run one command, exit with its code.

import { Command } from 'commander'
import { type ExitCode, exitCode } from '../kernel/index.ts'
import type { CommandSpec, Invocation, Output } from './command.ts'
import { commands } from './commands/index.ts'
import { exitWith } from './exit-with.ts'

const output: Output = {
  print: (line) => void process.stdout.write(`${line}\n`),
  printJson: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
  note: (line) => void process.stderr.write(`${line}\n`),
  isTerminal: process.stderr.isTTY === true,
}

await exitWith(async (signal) => {
  let code: ExitCode = exitCode.done
  const program = new Command('drover')
    .description('Golden machine images, baked, hardened, proven, and driven to production.')
    .exitOverride()
    .showHelpAfterError('(--help tells what the command takes)')
  for (const [words, spec] of Object.entries(commands)) {
    addCommand(program, words.split(' '), spec, signal, async (invocation) => {
      code = await spec.run(invocation)
    })
  }
  await program.parseAsync(process.argv)
  return code
})

function addCommand(
  program: Command,
  words: readonly string[],
  spec: CommandSpec,
  signal: AbortSignal,
  run: (invocation: Invocation) => Promise<void>,
): void {
  const command = parentOf(program, words.slice(0, -1))
    .command(words.at(-1) ?? '')
    .description(spec.summary)
    .exitOverride()
  for (const { name, description } of spec.arguments ?? []) command.argument(name, description)
  for (const option of spec.options ?? []) command.option(option.flags, option.description, option.default)
  command.option('--json', 'print JSON on standard output')
  if (spec.examples) command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`)
  command.action(async (...received: unknown[]) => {
    const options = command.opts<Record<string, string | boolean | undefined>>()
    const values = received.slice(0, spec.arguments?.length ?? 0) as (string | undefined)[]
    await run({ arguments: values, options, json: options.json === true, signal, output })
  })
}

function parentOf(program: Command, words: readonly string[]): Command {
  return words.reduce(
    (parent, word) =>
      parent.commands.find((command) => command.name() === word) ??
      parent.command(word).description(`commands of the ${word}`).exitOverride(),
    program,
  )
}
