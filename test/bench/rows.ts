// What a bench measures, and the two ways it is printed: a table for people, a line of JSON a row for programs.

export interface BenchRow {
  readonly row: string
  readonly unit: string
  readonly ours: number
  readonly peer: number
  readonly peerName: string
  /** Whether a small figure is the good one (seconds) or a large one (rules met). */
  readonly better: 'less' | 'more'
}

export interface Measured {
  readonly rows: readonly BenchRow[]
  /** What the rows' figures mean, and what they do not say; for people only. */
  readonly notes: readonly string[]
}

/** `log` takes lines on how far it is. */
export type Bench = (log: (line: string) => void) => Promise<Measured>

/** How many times better ours is. */
export function ratioOf({ ours, peer, better }: BenchRow): number {
  return better === 'less' ? peer / ours : ours / peer
}

export function renderJsonLines(bench: string, { rows }: Measured): string {
  const lines = rows.map((measured) => {
    const { row, unit, ours, peer, peerName } = measured
    return JSON.stringify({ bench, row, unit, ours, peer, peerName, ratio: rounded(ratioOf(measured)) })
  })
  return lines.map((line) => `${line}\n`).join('')
}

export function renderTable(bench: string, measured: Measured): string {
  const head = ['', 'ours', 'peer', 'ratio', '', '']
  const cells = measured.rows.map((row) => [
    row.row,
    String(rounded(row.ours)),
    String(rounded(row.peer)),
    `${rounded(ratioOf(row))}x`,
    row.unit,
    row.peerName,
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...cells].map((line) => line[column]?.length ?? 0)))
  const aligned = [head, ...cells].map((line) =>
    line
      .map((cell, column) => (column >= 1 && column <= 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return `${[bench, ...aligned, ...measured.notes].join('\n')}\n`
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
