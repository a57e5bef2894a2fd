// Which lines of a rehearsal's log a newcomer wants to see: none is changed but for paths, and what is left out is counted.

export interface LogExtract {
  readonly lines: readonly string[]
  /** Lines of the log between the first and the last of these that are not among them; signs of life don't count. */
  readonly leftOut: number
}

/** Rejects the log of a rehearsal that did not reach production. */
export function extractOf(log: string): LogExtract {
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
  const whole = written.slice(first, end + 2)
  const lines = withoutEmptySteps(whole.filter(isTelling))
  return { lines, leftOut: whole.length - lines.length }
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
  / in service$/,
]

function isTelling(line: string): boolean {
  const text = detail.exec(line)?.groups?.text
  return text === undefined || telling.some((sign) => sign.test(text))
}

/** A step with nothing to show between its beginning and its end is its end alone; one that took no time at all is bookkeeping. */
function withoutEmptySteps(lines: readonly string[]): readonly string[] {
  const stepOf = (line: string | undefined, mark: string): string | undefined =>
    new RegExp(`^(?:\\d+:\\d\\d {2}|)${mark} (.*?)(?: {2}.*)?$`).exec(line ?? '')?.[1]
  const isBookkeeping = (line: string): boolean => /^\d+:\d\d {2}✔ .* {2}0s$/.test(line)
  const instant = new Set(lines.filter(isBookkeeping).map((line) => stepOf(line, '✔')))
  return lines.filter((line, index) => {
    const begun = stepOf(line, '▸')
    if (begun === undefined) return !isBookkeeping(line)
    return !instant.has(begun) && stepOf(lines[index + 1], '✔') !== begun
  })
}

/** Wherever the rehearsal lay on the machine it was run on, it is `.drover/rehearsal` of the folder by default. */
function withoutMachine(line: string): string {
  return line.replace(/(?:\/[\w.@+-]+)+\/rehearsal\//g, '.drover/rehearsal/')
}
