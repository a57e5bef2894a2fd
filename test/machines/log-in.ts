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

/** From this host, as Packer does it. */
export function ssh(keyFile: string, address: string, command: string) {
  return execa('ssh', ['-i', keyFile, ...options.flatMap((option) => ['-o', option]), `admin@${address}`, command])
}

/** What the command printed; rejects when it fails or nobody lets us in. */
export async function logIn(place: Place, address: string, command: string): Promise<string> {
  return (await ssh(`${place.workspace}/operator-key`, address, command)).stdout
}
