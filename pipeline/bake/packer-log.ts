// Reads Packer's machine-readable log: `seconds,target,type,data…`, with commas and line ends in the data escaped.

export interface PackerLog {
  /** What happened, in order: Packer's steps, and what the provisioners printed. */
  readonly lines: readonly LogLine[]
  /** The image, once Packer has finished it. */
  readonly artifact: { readonly region: string; readonly imageId: string } | undefined
  /** What Packer itself gave as errors, without repeats. */
  readonly errors: readonly string[]
}

export interface LogLine {
  /** Seconds since the epoch. */
  readonly at: number
  /** `step`: Packer begins something. `output`: a provisioner's standard output. `complaint`: its standard error, or Packer's own. */
  readonly kind: 'step' | 'output' | 'complaint'
  readonly text: string
}

/** Pure. A last line that is still being written is left out; lines in another form (a crash) are complaints. */
export function parsePackerLog(text: string): PackerLog {
  const lines: LogLine[] = []
  const errors = new Set<string>()
  let artifact: PackerLog['artifact']
  for (const record of completeLines(text)) {
    const fields = /^(\d+),([^,]*),([^,]*),(.*)$/.exec(record)
    if (fields === null) {
      lines.push({ at: lines.at(-1)?.at ?? 0, kind: 'complaint', text: record })
      continue
    }
    const [, at = '0', , type = '', rest = ''] = fields
    const data = rest.split(',').map(unescaped)
    if (type === 'ui') lines.push(...uiLines(Number(at), data))
    if (type === 'error') errors.add(data.join(',').trim())
    if (type === 'artifact' && data[1] === 'id') artifact = parseArtifact(data[2] ?? '') ?? artifact
  }
  return { lines, artifact, errors: [...errors] }
}

/** For people: `05:41:07 text`, one line a line. */
export function renderPackerLog({ lines }: PackerLog): string {
  return lines.map(({ at, kind, text }) => `${clockTime(at)} ${kind === 'complaint' ? '! ' : '  '}${text}\n`).join('')
}

function completeLines(text: string): readonly string[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
}

function uiLines(at: number, [level = '', ...data]: readonly string[]): readonly LogLine[] {
  return data
    .join(',')
    .split('\n')
    .map((line) => line.replace(/^(?:==>|-->)?\s*(?:[\w-]+\.[\w-]+:)?\s?/, '').trimEnd())
    .filter((line) => line !== '')
    .map((line): LogLine => ({ at, kind: level === 'error' ? 'complaint' : isStep(line) ? 'step' : 'output', text: line }))
}

// Packer gives its own steps and a provisioner's output the same level, so they are told apart by their first words.
const stepWords =
  /^(?:Prevalidating|Found Image|Creating|Launching|Instance ID|Waiting for|Using SSH|Connected to SSH|Uploading|Downloading|Provisioning with|Running local shell|Stopping|Enabling|Modifying|Adding tags|Terminating|Cleaning|Deleting|No volumes|Build '|Cancelling|AMI:|drover:)/

function isStep(line: string): boolean {
  return stepWords.test(line)
}

/** `eu-central-1:ami-0123…`; a bake in one region has exactly one. */
function parseArtifact(id: string): PackerLog['artifact'] {
  const [, region, imageId] = /^([a-z0-9-]+):(ami-[0-9a-f]+)$/.exec(id) ?? []
  return region === undefined || imageId === undefined ? undefined : { region, imageId }
}

function unescaped(field: string): string {
  return field.replaceAll('%!(PACKER_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r')
}

function clockTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(11, 19)
}
