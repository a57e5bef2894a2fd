// The command line's entry: runs one command and exits with its code.

import type { Output } from './command.ts'
import { runCommandLine } from './command-line.ts'
import { exitWith } from './exit-with.ts'
import { printable } from './terminal.ts'

const output: Output = {
  print: (line) => void process.stdout.write(`${printable(line)}\n`),
  printJson: (value) => void process.stdout.write(`${JSON.stringify(value)}\n`),
  note: (line) => void process.stderr.write(`${printable(line)}\n`),
}

await exitWith((signal) => runCommandLine(process.argv.slice(2), output, signal))
