// Exec on this machine: programs that are waited for, and programs that may outlive us.

import type { Exec } from '../ports/index.ts'
import { converse } from './converse.ts'
import { detach, end, isAlive } from './detached-program.ts'
import { runProgram } from './run-program.ts'

export function createExec(): Exec {
  return { run: runProgram, converse, detach, isAlive, end }
}
