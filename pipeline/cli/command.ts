// What a command of the CLI is: a row of a table that main.ts turns into a commander program.

import type { ExitCode } from '../kernel/index.ts'

export interface OptionSpec {
  /** As commander writes it: `--family <name>`. */
  readonly flags: string
  readonly description: string
  readonly default?: string | boolean
}

export interface CommandSpec {
  readonly summary: string
  /** Positional arguments as commander writes them: `<release>`, `[family]`. */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[]
  readonly options?: readonly OptionSpec[]
  /** Lines after the options in `--help`: examples. */
  readonly examples?: readonly string[]
  run(invocation: Invocation): Promise<ExitCode>
}

export interface Invocation {
  readonly arguments: readonly (string | undefined)[]
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
  /** `--json` was given: standard output carries JSON only. */
  readonly json: boolean
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  readonly output: Output
}

export interface Output {
  /** Standard output, one line. */
  print(line: string): void
  /** Standard output, one JSON document on one line. */
  printJson(value: unknown): void
  /** Standard error, one line: for people, never parsed. */
  note(line: string): void
}

export function optionText(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Of an option that may be given several values, or several times; empty when it was not given. */
export function optionTexts(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name]
  return Array.isArray(value) ? value.map(String) : []
}

export function optionFlag(invocation: Invocation, name: string): boolean {
  return invocation.options[name] === true
}
