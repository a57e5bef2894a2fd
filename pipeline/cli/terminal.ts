// How progress looks to a person: one line a step, and a sign of life whenever nothing has been said for a while.

import type { Progress } from '../conductor/index.ts'
import { formatDuration } from '../kernel/index.ts'
import type { Output } from './command.ts'
import { describeEnd } from './projected-end.ts'

/** Lines of a step's own log are indented; waiting and heartbeats are told apart from work done. Several releases are named. */
export function createNarrator(output: Pick<Output, 'note'>, wallNow: () => number = Date.now): (progress: Progress) => void {
  const begunAt = wallNow()
  let saidAt = begunAt
  const releases = new Set<string>()
  const say = (line: string): void => {
    saidAt = wallNow()
    output.note(`${stamp(wallNow() - begunAt)}  ${line}`)
  }
  return (progress) => {
    // A heartbeat is only worth a line when everything else has been silent.
    if (progress.kind === 'heartbeat' && wallNow() - saidAt < 4_500) return
    const release = progress.kind === 'recorded' ? '' : progress.release
    if (release !== '') releases.add(release)
    const line = lineOf(progress)
    if (line !== undefined) say(releases.size > 1 && release !== '' ? `${release}  ${line}` : line)
  }
}

function lineOf(progress: Progress): string | undefined {
  switch (progress.kind) {
    case 'step-started':
      return `▸ ${progress.step}${progress.resumed ? ' (taken up again)' : ''}`
    case 'step-ended':
      return `${mark(progress.outcome)} ${progress.step}  ${took(progress.tookMs, progress.tookWallMs)}${progress.cause ? `  ${printable(progress.cause)}` : ''}`
    case 'log':
      return `    ${printable(progress.line)}`
    case 'heartbeat':
      return `  … ${progress.steps.map(({ step, forWallMs }) => `${step} ${formatDuration(wholeSeconds(forWallMs))}`).join(', ') || 'working'}`
    case 'waiting':
      return `◦ waiting${progress.until === undefined ? '' : ` until ${new Date(progress.until).toISOString()}`}: ${progress.reason}`
    case 'projected':
      return `◷ ${progress.release} ${describeEnd(progress.projection)}${moved(progress.movedMs)}`
    case 'recorded':
      return undefined
  }
}

function moved(movedMs: number | undefined): string {
  if (movedMs === undefined) return ''
  return ` (${formatDuration(wholeSeconds(Math.abs(movedMs)))} ${movedMs > 0 ? 'later' : 'earlier'} than it was)`
}

/** Both clocks where they differ: what it was measured as, and what it really took. */
export function took(clockMs: number, wallMs: number): string {
  const wall = formatDuration(wholeSeconds(wallMs))
  const clock = formatDuration(wholeSeconds(clockMs))
  return clock === wall ? wall : `${clock} (really ${wall})`
}

function mark(outcome: 'passed' | 'failed' | 'left'): string {
  return outcome === 'passed' ? '✔' : outcome === 'failed' ? '✖' : '↷'
}

function wholeSeconds(durationMs: number): number {
  return Math.round(durationMs / 1_000) * 1_000
}

function stamp(sinceMs: number): string {
  const seconds = Math.floor(sinceMs / 1_000)
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

/** Machines, scanners and APIs write these lines: no control characters reach the terminal, and no line without end. */
export function printable(text: string): string {
  return (
    text
      .split('\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are exactly what must not pass
      .map((line) => line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?').slice(0, 2_000))
      .join('\n')
  )
}

/** Columns padded to their widest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
