// Which lines of a rehearsal's log a newcomer wants to see: none is changed but for paths, and what is left out is counted.

/** The log as it was written, in; the lines to draw, out. Rejects a log of a rehearsal that did not reach production. */
export function linesOfLog(log: string): readonly string[] {
  const written = log
    .split('\n')
    .map((line) => withoutMachine(line.replace(colour, '').trimEnd()))
    .filter((line) => !heartbeat.test(line))
  const first = written.findIndex((line) => line.startsWith('▸ '))
  const end = written.findIndex((line) => /^ledger {2,}\d+ records, unbroken/.test(line))
  if (first < 0 || end < 0 || !written.some((line) => inProduction.test(line))) {
    throw new Error('this is not the log of a rehearsal that reached production')
  }
  // After the ledger comes the report's path; then, with --keep, how to look around.
  return shorten(written.slice(first, end + 2))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour begins with
const colour = /\u001b\[[0-9;]*m/g
const heartbeat = /^(\d+:\d\d)?\s+… /
const inProduction = /^in production /

/** Lines of a step's own log, as they stand behind the time or, before the release, at the left. */
const detail = /^(\d+:\d\d)? {4,}(?<text>\S.*)$/

/** What Packer, the machines and the probes say that tells the story; the rest of their lines is housekeeping. */
const telling: readonly RegExp[] = [
  /machines? on the base image$/,
  /^Found Image ID/,
  /^Connected to SSH/,
  /^Provisioning with shell script/,
  /^drover: hardening/,
  /^pass \d+: \d+ rules to fix/,
  /^Creating AMI drover-/,
  /^AMI: /,
  /machine i-\w+ launched/,
  /^logged in/,
  /^looking for what the bake left/,
  /^failing to log in/,
  /^rebooting/,
  /^scanning with oscap/,
  /^copying ami-/,
  /: passed$/,
]

/** What is left out of a step is counted in one line before the next step begins or ends. */
function shorten(lines: readonly string[]): readonly string[] {
  const kept: string[] = []
  let left = 0
  for (const line of lines) {
    const text = detail.exec(line)?.groups?.text
    if (text !== undefined && !telling.some((sign) => sign.test(text))) {
      left += 1
      continue
    }
    if (text === undefined && left > 0) {
      kept.push(`           ⋯ ${left} more line${left === 1 ? '' : 's'}`)
      left = 0
    }
    kept.push(line)
  }
  return kept
}

/** Wherever the rehearsal lay on the machine it was run on, it is `.drover/rehearsal` of the folder by default. */
function withoutMachine(line: string): string {
  return line.replace(/(?:\/[\w.@+-]+)+\/rehearsal\//g, '.drover/rehearsal/')
}
