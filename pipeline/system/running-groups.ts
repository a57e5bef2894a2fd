// The process groups this process has started and waits for: none of them is left running when it ends.

import process from 'node:process'

const running = new Set<number>()
const deadlySignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Looks after a process group until the returned function is called. */
export function attend(groupId: number): () => void {
  if (running.size === 0) listen()
  running.add(groupId)
  return () => {
    running.delete(groupId)
    if (running.size === 0) stopListening()
  }
}

/** False if there was no such group. */
export function signalGroup(groupId: number, signalName: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    process.kill(-groupId, signalName)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function listen(): void {
  process.on('exit', killAll)
  for (const name of deadlySignals) process.on(name, onDeadlySignal)
}

function stopListening(): void {
  process.off('exit', killAll)
  for (const name of deadlySignals) process.off(name, onDeadlySignal)
}

/** Groups of their own don't get the terminal's Ctrl-C. Whoever handles the signal cancels them; if nobody does, we do. */
function onDeadlySignal(name: NodeJS.Signals): void {
  if (process.listenerCount(name) > 1) return
  killAll()
  stopListening()
  process.kill(process.pid, name)
}

function killAll(): void {
  for (const groupId of running) signalGroup(groupId, 'SIGKILL')
}
