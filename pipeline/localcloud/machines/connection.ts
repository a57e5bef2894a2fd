// A connection to a port inside a network namespace, carried by the streams of a program in it.

import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Exec } from '../../ports/index.ts'

/** Says one byte when it is connected; ends when the other side does, or is killed when nobody wants the stream any more. */
const script = `
exec 3<>"/dev/tcp/$1/$2" || exit 111
printf +
exec 4<&0
cat <&4 >&3 &
cat <&3 4<&-
kill "$!"
`

export async function connectIn(
  exec: Exec,
  inside: (argv: readonly string[]) => [string, ...string[]],
  address: string,
  port: number,
): Promise<Duplex | undefined> {
  const stream = exec.converse({ argv: inside(['bash', '-c', script, 'bash', address, String(port)]) })
  // What comes of it is seen by its end; there is always one who listens.
  stream.on('error', () => undefined)
  const settled = new AbortController()
  try {
    await Promise.race([once(stream, 'readable', { signal: settled.signal }), once(stream, 'close', { signal: settled.signal })])
  } catch {
    stream.destroy()
  } finally {
    settled.abort()
  }
  if (stream.read(1) !== null) return stream
  stream.destroy()
  return undefined
}

export function inNetworkOf(pid: number, argv: readonly string[]): [string, ...string[]] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...argv]
}
