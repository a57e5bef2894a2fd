// What /proc/PID/stat says of a process.

import { readFileSync } from 'node:fs'

export interface ProcessStat {
  /** False for a zombie: it has ended and only waits for its parent to notice. */
  readonly running: boolean
  /** Clock ticks from boot to its start: with the pid, a name no other process ever has. */
  readonly startTicks: number
}

/** Undefined when there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
  return parseProcessStat(text)
}

/** Field 3 is the state, field 22 the start time; field 2, the name, may hold spaces and parentheses of its own. */
export function parseProcessStat(text: string): ProcessStat {
  const afterName = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = afterName[0] as string
  return { running: !['Z', 'X', 'x'].includes(state), startTicks: Number(afterName[19]) }
}
