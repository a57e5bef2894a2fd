// A terminal as one SVG that needs nothing else: no font, no script, no style sheet from elsewhere.

export interface Terminal {
  readonly title: string
  /** What was typed, shown behind a prompt. */
  readonly command: string
  readonly lines: readonly string[]
  /** A remark below the lines that is not part of them. */
  readonly note: string
}

const columns = 108
const cell = { width: 7.6, height: 17.5 }
const margin = { side: 20, top: 46, bottom: 18 }
const fontSize = 12.6

export function drawTerminal({ title, command, lines, note }: Terminal): string {
  const rows = [
    [
      { kind: 'prompt', text: '$ ' },
      { kind: 'typed', text: command },
    ],
    ...lines.flatMap(paint),
    [],
    [{ kind: 'faint', text: `⋯ ${note}` }],
  ] as readonly Row[]
  const width = Math.ceil(2 * margin.side + columns * cell.width)
  const height = Math.ceil(margin.top + margin.bottom + rows.length * cell.height)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${asText(`${title}: ${command}`)}</title>
<style>
text { font: ${fontSize}px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #c9d1d9; white-space: pre }
${Object.entries(styles)
  .map(([kind, style]) => `.${kind} { ${style} }`)
  .join('\n')}
</style>
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
${['#ff5f57', '#febc2e', '#28c840'].map((fill, index) => `<circle cx="${22 + 20 * index}" cy="21" r="6" fill="${fill}"/>`).join('')}
<text x="${width / 2}" y="25" text-anchor="middle" class="faint">${asText(title)}</text>
${rows.map(drawRow).join('\n')}
</svg>
`
}

interface Part {
  readonly kind: Kind
  readonly text: string
}

type Row = readonly Part[]

const styles = {
  plain: 'fill: #c9d1d9',
  faint: 'fill: #7d8590',
  begun: 'fill: #79c0ff; font-weight: bold',
  passed: 'fill: #56d364; font-weight: bold',
  failed: 'fill: #ff7b72; font-weight: bold',
  waiting: 'fill: #e3b341',
  label: 'fill: #d2a8ff; font-weight: bold',
  strong: 'fill: #f0f6fc; font-weight: bold',
  prompt: 'fill: #56d364; font-weight: bold',
  typed: 'fill: #f0f6fc; font-weight: bold',
} as const

type Kind = keyof typeof styles

const marks: Readonly<Record<string, Kind>> = { '▸': 'begun', '✔': 'passed', '✖': 'failed', '◦': 'waiting' }

/** The summary's words at the left; a table's own lines are indented. */
const label = /^(release|image|score|rules|groups|steps|in production|ledger|report)(?=\s|$)/

function paint(line: string): readonly Row[] {
  const [, time = '', rest = ''] = /^(\d+:\d\d {2}|)(.*)$/.exec(line) ?? []
  const indent = Math.max(time.length, /^(\w+ {2,}| *)/.exec(line)?.[0].length ?? 0)
  const [first = '', ...more] = wrap(rest, columns - time.length, columns - indent - 2)
  const wrapped = more.map(
    (text): Row => [{ kind: rest.startsWith('    ') ? 'faint' : 'plain', text: ' '.repeat(indent) + text }],
  )
  return [[...(time === '' ? [] : [{ kind: 'faint', text: time } as const]), ...paintRest(first)], ...wrapped]
}

function paintRest(text: string): Row {
  const mark = marks[text[0] ?? '']
  if (mark !== undefined) return [{ kind: mark, text: text[0] ?? '' }, ...paintStep(text.slice(1), mark)]
  const word = label.exec(text)?.[0]
  if (word !== undefined)
    return [
      { kind: 'label', text: word },
      { kind: 'plain', text: text.slice(word.length) },
    ]
  if (/^\S+ \((weekly|emergency)\) is in production/.test(text)) return [{ kind: 'passed', text }]
  return [{ kind: /^ {4}/.test(text) ? 'faint' : 'plain', text }]
}

/** The step's name stands out, what it took does not. */
function paintStep(text: string, mark: Kind): Row {
  if (mark === 'waiting') return [{ kind: 'waiting', text }]
  const [, name = text, took = ''] = /^(.*?)( {2}.*)?$/.exec(text) ?? []
  return [
    { kind: mark === 'failed' ? 'failed' : 'strong', text: name },
    ...(took === '' ? [] : [{ kind: 'faint', text: took } as const]),
  ]
}

/** At spaces where there are any; the first line may be longer than the next. */
function wrap(text: string, first: number, next: number): readonly string[] {
  if (text.length <= first) return [text]
  const space = text.lastIndexOf(' ', first)
  const cut = space > first / 2 ? space : first
  return [text.slice(0, cut), ...wrap(text.slice(cut).trimStart(), next, next)]
}

/** Every row is as wide as its cells, whatever font is found: marks may come from another one. */
function drawRow(row: Row, index: number): string {
  const length = row.reduce((total, { text }) => total + text.length, 0)
  if (length === 0) return ''
  const y = (margin.top + (index + 1) * cell.height).toFixed(1)
  const parts = row.map(({ kind, text }) => `<tspan class="${kind}">${asText(text)}</tspan>`).join('')
  return `<text x="${margin.side}" y="${y}" textLength="${(length * cell.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${parts}</text>`
}

function asText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
