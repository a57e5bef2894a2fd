// A comparison as a person reads it: first what matters, then the rest.

import type { Comparison, Difference, Side } from './compare.ts'

export function comparisonLines({ actions, calls, differences }: Comparison): readonly string[] {
  const mattering = differences.filter(({ matters }) => matters)
  const rest = differences.filter(({ matters }) => !matters)
  return [
    `${actions} actions compared: ${calls.aws} calls of AWS, ${calls.local} of the local cloud`,
    mattering.length === 0 ? 'nothing differs in what drover reads' : `${mattering.length} of what drover reads differ:`,
    ...mattering.map(lineOf),
    ...(rest.length === 0
      ? []
      : [`${rest.length} differ that drover does not read, or that polls may miss:`, ...rest.map(lineOf)]),
  ]
}

/** Whether it differs in something drover reads. */
export function differs({ differences }: Comparison): boolean {
  return differences.some(({ matters }) => matters)
}

const names: Readonly<Record<Side, string>> = { aws: 'AWS', local: 'the local cloud' }

function lineOf(difference: Difference): string {
  return `  ${difference.action}: ${sentenceOf(difference)}`
}

function sentenceOf(difference: Difference): string {
  switch (difference.kind) {
    case 'action':
      return `called of ${names[difference.only]} only`
    case 'error':
      return `only ${names[difference.only]} answered ${difference.code}`
    case 'member':
      return `only ${names[difference.only]} answers ${difference.member}`
    case 'type':
      return `${difference.member} is ${difference.aws.join(' or ')} of AWS, ${difference.local.join(' or ')} of the local cloud`
    case 'value':
      return `${difference.member} was ${difference.value} with ${names[difference.only]} only`
    case 'empty':
      return `${difference.member} was always empty with ${names[difference.side]}`
    case 'states':
      return `${difference.member} went ${difference.sequence.join(' → ')} with ${names[difference.only]} only`
  }
}
