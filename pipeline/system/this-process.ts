// This process, as another one would look for it.

import process from 'node:process'
import { assert } from '../kernel/index.ts'
import type { Detached } from '../ports/index.ts'
import { readProcessStat } from './process-stat.ts'

export function thisProcess(): Detached {
  const stat = readProcessStat(process.pid)
  assert(stat, 'a running process has a stat')
  return { pid: process.pid, startTicks: stat.startTicks }
}
