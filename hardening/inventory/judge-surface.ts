// Whether what may run as another user and what may be reached from outside is what the profile's owner declared. Pure.

import { listed } from '../../pipeline/kernel/index.ts'
import type { ControlResult } from '../results/scan.ts'
import type { Inventory, ListeningPort } from './inventory.ts'

/** What a profile declares; undefined: nothing was, and then nothing is judged. */
export interface SurfacePolicy {
  /** Absolute paths that may have the setuid or setgid bit. */
  readonly setuid?: readonly string[]
  /** Ports that may be open to other machines. */
  readonly listening?: readonly DeclaredPort[]
}

export interface DeclaredPort {
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
}

const longestList = 10

/** One control for each of the two that was declared; not met when there is more than was. */
export function judgeSurface({ setuid, listening }: Inventory, declared: SurfacePolicy): readonly ControlResult[] {
  return [
    ...(declared.setuid ? [setuidControl(setuid, new Set(declared.setuid))] : []),
    ...(declared.listening ? [listeningControl(listening, declared.listening)] : []),
  ]
}

function setuidControl(found: readonly string[], declared: ReadonlySet<string>): ControlResult {
  const name = 'only declared programs run as another user'
  // sudo has the bit, and without sudo nobody could have asked.
  if (found.length === 0) return { control: name, met: false, message: 'the machine listed none, not even sudo' }
  const strays = found.filter((path) => !declared.has(path))
  return control(name, strays, 'not declared in hygiene.setuid')
}

function listeningControl(found: readonly ListeningPort[], declared: readonly DeclaredPort[]): ControlResult {
  const name = 'only declared ports are open'
  if (found.length === 0) return { control: name, met: false, message: 'the machine listed none, not even that of SSH' }
  const strays = found
    .filter(
      (one) => !isLoopback(one.address) && !declared.some((open) => open.protocol === one.protocol && open.port === one.port),
    )
    .map(({ protocol, port, address, program }) => `${protocol}/${port} on ${address}${program && ` (${program})`}`)
  return control(name, strays, 'not declared in hygiene.listening')
}

function control(name: string, strays: readonly string[], why: string): ControlResult {
  const message = strays.length === 0 ? '' : `${why}: ${listed(strays, longestList)}`
  return { control: name, met: strays.length === 0, message }
}

/** As `ss` writes addresses: no other machine reaches these (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
function isLoopback(address: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|\[::1\]|\[::ffff:127(?:\.\d{1,3}){3}\])$/.test(address)
}
