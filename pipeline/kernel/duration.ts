// Durations are written `90s`, `15m`, `6h`, `2d`, `1h30m` and held as milliseconds.

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const

const shape = /^(?:\d+(?:ms|d|h|m|s))+$/
const part = /(\d+)(ms|d|h|m|s)/g

/** Milliseconds of a written duration, or undefined if it is not one (a bare number has no unit, so is not one). */
export function parseDuration(text: string): number | undefined {
  if (!shape.test(text)) return undefined
  let totalMs = 0
  for (const [, count, unit] of text.matchAll(part)) totalMs += Number(count) * unitMs[unit as keyof typeof unitMs]
  return Number.isSafeInteger(totalMs) ? totalMs : undefined
}

/** The shortest written form, to the second above one second: `1h30m`, `45s`, `0s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return durationMs === 0 ? '0s' : `${Math.round(durationMs)}ms`
  let rest = Math.round(durationMs / 1_000) * 1_000
  let text = ''
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / unitMs[unit])
    if (count > 0) text += `${count}${unit}`
    rest -= count * unitMs[unit]
  }
  return text
}
