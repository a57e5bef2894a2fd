// `drover report RELEASE`: where the hardening report of a release is and what it says; in another format; or one control of it.

import { controlLines, type ReportFormat, reportFormats } from '../../../hardening/index.ts'
import { badArgument, exitCode, nearest } from '../../kernel/index.ts'
import { createFiles } from '../../system/index.ts'
import { type CommandSpec, type Invocation, optionText } from '../command.ts'
import type { Drover } from '../drover.ts'
import { openFor, placeOptions } from '../invocation.ts'

const formats = Object.keys(reportFormats) as ReportFormat[]

export const report: CommandSpec = {
  summary: 'the hardening report of a release: its path and figures, another format of it, or one control',
  arguments: [{ name: '[release]', description: 'default: the newest verified one' }],
  options: [
    ...placeOptions,
    { flags: '--release <id>', description: 'the same as the argument' },
    { flags: '--architecture <name>', description: 'which image of the release (default: its first)' },
    { flags: '--format <format>', description: `the whole report as one of: ${formats.join(', ')}` },
    { flags: '--out <file>', description: 'write it there instead of to standard output' },
    { flags: '--control <id>', description: 'one control, by section of the benchmark (5.2.8) or by rule, with its history' },
  ],
  examples: [
    'drover report web-2026.47.1',
    'drover report --rehearsal --json',
    'drover report --control 5.2.8 --release web-2026.47.1',
    'drover report web-2026.47.1 --format csv --out controls.csv',
  ],
  async run(invocation) {
    const format = formatOf(invocation)
    const control = optionText(invocation, 'control')
    if (format && control) throw badArgument('--control and --format are two questions', 'Ask one at a time.')
    if (optionText(invocation, 'out') && !format)
      throw badArgument('--out needs --format', `Add --format, one of: ${formats.join(', ')}.`)
    const drover = await openFor(invocation)
    if (control) await answer(invocation, drover, control)
    else if (format) await render(invocation, drover, format)
    else await tell(invocation, drover)
    return exitCode.done
  },
}

async function tell(invocation: Invocation, drover: Drover): Promise<void> {
  const found = await drover.report(releaseOf(invocation))
  if (invocation.json) invocation.output.printJson(found)
  else for (const line of found.lines) invocation.output.print(line)
}

async function render(invocation: Invocation, drover: Drover, format: ReportFormat): Promise<void> {
  const opened = await drover.openReport(releaseOf(invocation), optionText(invocation, 'architecture'))
  const text = reportFormats[format](opened.report)
  const out = optionText(invocation, 'out')
  if (out === undefined) return invocation.output.print(text.replace(/\n$/, ''))
  await createFiles().write(out, text)
  if (invocation.json)
    invocation.output.printJson({ release: opened.release, architecture: opened.architecture, format, file: out })
  else invocation.output.print(`${opened.release} ${opened.architecture}: ${out}`)
}

async function answer(invocation: Invocation, drover: Drover, control: string): Promise<void> {
  const architecture = optionText(invocation, 'architecture')
  const { answer, unread } = await drover.answerControl(releaseOf(invocation), architecture, control)
  if (invocation.json) return invocation.output.printJson({ ...answer, unread })
  for (const line of controlLines(answer)) invocation.output.print(line)
  for (const message of unread) invocation.output.note(`not in the history: ${message}`)
}

function releaseOf(invocation: Invocation): string | undefined {
  const [argument, option] = [invocation.arguments[0], optionText(invocation, 'release')]
  if (argument && option && argument !== option)
    throw badArgument(`both ${argument} and ${option} were named`, 'Name one release.')
  return argument ?? option
}

function formatOf(invocation: Invocation): ReportFormat | undefined {
  const written = optionText(invocation, 'format')
  if (written === undefined) return undefined
  const format = formats.find((name) => name === written)
  if (format) return format
  const guess = nearest(written, formats)
  throw badArgument(`there is no format ${written}`, guess ? `Did you mean ${guess}?` : `Known: ${formats.join(', ')}.`)
}
