// The subject of a letter.

import type { Message } from '../../ports/index.ts'

export function subjectOf({ headline }: Message, organisation: string): string {
  return `[drover ${organisation}] ${headline}`
}
