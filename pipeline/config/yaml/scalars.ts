// Single values: text, durations, percentages, numbers, account IDs, words of a closed list.

import { isScalar } from 'yaml'
import { nearest, type ProblemCode, parseDuration } from '../../kernel/index.ts'
import { describeNode, type Reader } from './reader.ts'
import { report, type Spot } from './reading.ts'

/** Text that is not empty. A number or a yes/no in its place is an error, not converted: `1.10` is not `1.1`. */
export function text(what = 'a text'): Reader<string> {
  return scalar('', (at) => {
    const { value, source } = scalarAt(at)
    if (typeof value === 'string' && value !== '') return value
    const hint = typeof value === 'number' || typeof value === 'boolean' ? `Write it in quotes: "${source}".` : undefined
    return wrongType(at, what, hint)
  })
}

/** Text of a shape. `example` shows it in the hint. */
export function shaped(what: string, shape: RegExp, example: string): Reader<string> {
  return refined(text(what), (value) =>
    shape.test(value) ? undefined : [`"${value}" is not ${what}`, `Write it like ${example}.`],
  )
}

/** A further demand on a text; `demand` gives message and hint when it isn't met. */
export function refined(
  reader: Reader<string>,
  demand: (value: string) => readonly [string, string] | undefined,
): Reader<string> {
  return scalar('', (at) => {
    const value = reader.read(at)
    const complaint = value === '' ? undefined : demand(value)
    if (complaint === undefined) return value
    report(at, 'config-wrong-value', ...complaint)
    return ''
  })
}

export function choice<const T extends string>(what: string, words: readonly [T, ...T[]]): Reader<T> {
  return scalar(words[0], (at) => {
    const { value } = scalarAt(at)
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    const suggestion = typeof value === 'string' ? nearest(value, words) : undefined
    const hint = suggestion ? `Did you mean ${suggestion}?` : `Write ${oneOf(words)}.`
    return wrong(at, 'config-wrong-value', `${describeNode(at.node)} is not ${what}`, hint)
  })
}

/** Milliseconds. Zero only where `zero` allows it. */
export function duration({ zero = false }: { readonly zero?: boolean } = {}): Reader<number> {
  return scalar(1, (at) => {
    const { value, source } = scalarAt(at)
    const durationMs = typeof value === 'string' ? parseDuration(value) : undefined
    if (durationMs !== undefined) {
      return durationMs > 0 || zero ? durationMs : wrong(at, 'config-wrong-value', 'a duration of zero makes no sense here')
    }
    if (/^\d+(\.\d+)?$/.test(source)) {
      return wrong(at, 'config-wrong-unit', `${source} has no unit`, `Write ${source}s, ${source}m, ${source}h or ${source}d.`)
    }
    if (/^[\d.]+\s*[a-zA-Z]+$/.test(source)) {
      return wrong(
        at,
        'config-wrong-unit',
        `"${source}" is not a duration`,
        'Units are d, h, m, s and ms after whole numbers: 1h30m.',
      )
    }
    return wrongType(at, 'a duration such as 15m')
  })
}

/** A whole percentage between the bounds, both included. */
export function percent(least: number, most: number): Reader<number> {
  return scalar(least, (at) => {
    const { value, source } = scalarAt(at)
    if (typeof value === 'number') return wrong(at, 'config-wrong-unit', `${source} has no %`, `Write ${source}%.`)
    const [, digits] = /^(\d{1,3})%$/.exec(String(value)) ?? []
    if (digits === undefined) return wrongType(at, 'a whole percentage such as 97%')
    return inRange(at, Number(digits), least, most, '%')
  })
}

export function wholeNumber(least: number, most: number): Reader<number> {
  return scalar(least, (at) => {
    const { value } = scalarAt(at)
    if (!Number.isSafeInteger(value)) return wrongType(at, 'a whole number')
    return inRange(at, value as number, least, most, '')
  })
}

/** The one number there may be, for now. */
export function theNumber(only: number): Reader<number> {
  return scalar(only, (at) => (scalarAt(at).value === only ? only : wrongType(at, String(only))))
}

export function yesOrNo(): Reader<boolean> {
  return scalar(false, (at) => {
    const { value } = scalarAt(at)
    return typeof value === 'boolean' ? value : wrongType(at, 'true or false')
  })
}

/** Twelve digits in quotes. */
export function accountId(): Reader<string> {
  return scalar('', (at) => {
    const { value, source } = scalarAt(at)
    if (typeof value === 'number') {
      const quoted = /^\d{12}$/.test(source) ? `Write it in quotes: "${source}".` : 'Write its twelve digits in quotes.'
      return wrong(at, 'config-wrong-type', `account ${source} is a number, and numbers lose leading zeros`, quoted)
    }
    if (typeof value !== 'string') return wrongType(at, 'an account ID')
    if (/^\d{12}$/.test(value)) return value
    const digits = value.replaceAll('-', '')
    if (/^\d{12}$/.test(digits)) return wrong(at, 'config-wrong-value', `account "${value}" has dashes`, `Write "${digits}".`)
    const message = /^\d+$/.test(digits) ? `account "${value}" has ${digits.length} digits` : `"${value}" is not an account ID`
    return wrong(at, 'config-wrong-value', message, 'An account ID is twelve digits.')
  })
}

/** An octal file mode such as "0644", as four digits; the same without quotes, for what was written is read. */
export function fileMode(): Reader<string> {
  return scalar('', (at) => {
    const [, digits] = /^0?o?([0-7]?[0-7]{3})$/.exec(scalarAt(at).source) ?? []
    if (digits !== undefined) return digits.padStart(4, '0')
    return wrong(
      at,
      'config-wrong-value',
      `${describeNode(at.node)} is not a file mode`,
      'Write four octal digits in quotes: "0644".',
    )
  })
}

/** Marks a value that was reported; only the stand-in is used in its place. */
const reported = Symbol('reported')

function scalar<T>(standIn: T, read: (at: Spot) => T | typeof reported): Reader<T> {
  return {
    standIn: () => standIn,
    read: (at) => {
      const value = read(at)
      return value === reported ? standIn : value
    },
  }
}

/** The value, and the text as it was written: `007` is the number 7 but was written with two zeros. */
function scalarAt(at: Spot): { readonly value: unknown; readonly source: string } {
  if (!isScalar(at.node)) return { value: undefined, source: '' }
  return { value: at.node.value, source: at.node.source ?? String(at.node.value) }
}

function wrong(at: Spot, code: ProblemCode, message: string, hint?: string): typeof reported {
  report(at, code, message, hint)
  return reported
}

function wrongType(at: Spot, what: string, hint?: string): typeof reported {
  const key = at.path.at(-1) ?? ''
  const subject = key.startsWith('[') ? 'this' : `\`${key}\``
  return wrong(at, 'config-wrong-type', `${subject} is ${describeNode(at.node)} where ${what} belongs`, hint)
}

function inRange(at: Spot, value: number, least: number, most: number, unit: string): number | typeof reported {
  if (value >= least && value <= most) return value
  return wrong(at, 'config-wrong-value', `${value}${unit} is not between ${least}${unit} and ${most}${unit}`)
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
