// Logging in to a machine as its operator does, with the key the rehearsal made.

import { execa } from 'execa'
import type { Place } from './drover-run.ts'

const options = [
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
  'LogLevel=ERROR',
  'BatchMode=yes',
  'ConnectTimeout=5',
]

/** What the command printed; rejects when it fails or nobody lets us in. */
export async function logIn(place: Place, address: string, command: string): Promise<string> {
  const key = `${place.workspace}/operator-key`
  const words = ['-i', key, ...options.flatMap((option) => ['-o', option]), `admin@${address}`, command]
  return (await execa('ssh', words)).stdout
}
