// A program that is spoken with as long as somebody wants to: a stream of its input and its output.

import { Duplex } from 'node:stream'
import { execa } from 'execa'
import type { Command } from '../ports/index.ts'
import { attend, signalGroup } from './running-groups.ts'

/** What it says on standard error is nobody's. A program that can't be started is a stream that ends at once. */
export function converse({ argv: [program, ...rest] }: Pick<Command, 'argv'>): Duplex {
  const running = execa(program, rest, {
    // As in run-program: a group of its own, which ends as one.
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const { pid } = running
  const leave = pid === undefined ? () => {} : attend(pid)
  const stream = Duplex.from({ readable: running.stdout, writable: running.stdin })
  let hasEnded = false
  const end = () => {
    if (pid !== undefined && !hasEnded) signalGroup(pid, 'SIGKILL')
  }
  running.once('exit', () => {
    hasEnded = true
    leave()
  })
  // How it ends is seen by the stream.
  void running
  return stream.on('error', end).on('close', end)
}
