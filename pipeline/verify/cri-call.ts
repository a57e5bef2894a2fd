// Calls of the container runtime interface for a shell on the machine: curl speaks HTTP/2, so no client has to be in the image.

import { assert } from '../kernel/index.ts'

/** One field of a protobuf message: a number, a text, or a message of fields. Short ones only. */
export type Field = readonly [number: number, value: number | string | readonly Field[]]

const socket = '/run/containerd/containerd.sock'

/** Defines `call METHOD`: the framed message on standard input, the framed answer in $work/answer; its failure is what gRPC said. */
export const criFunctions = `work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
call() {
  curl -sS --noproxy '*' --max-time 60 --http2-prior-knowledge --unix-socket ${socket} -H 'content-type: application/grpc' -H 'te: trailers' \\
    --data-binary @- --dump-header "$work/headers" --output "$work/answer" "http://localhost/runtime.v1.RuntimeService/$1" || return 1
  ! grep -qi '^grpc-status: 0' "$work/headers" || return 0
  sed -n 's/^grpc-message: *//p' "$work/headers" | tr -d '\\r' >&2
  return 1
}`

/** The arguments of a shell's printf that writes the message as gRPC frames it. */
export function framed(fields: readonly Field[]): string {
  const message = encoded(fields)
  return `'${[0, 0, 0, 0, message.length, ...message].map(octal).join('')}'`
}

/** The same for a message whose one field, the first, is the ID of 64 characters in that variable of the shell. */
export function framedId(variable: string): string {
  return `'${[0, 0, 0, 0, 66, 0x0a, 64].map(octal).join('')}%s' "$${variable}"`
}

function encoded(fields: readonly Field[]): readonly number[] {
  return fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [number << 3, short(value)]
    const bytes = typeof value === 'string' ? [...Buffer.from(value)] : encoded(value)
    return [(number << 3) | 2, short(bytes.length), ...bytes]
  })
}

function short(value: number): number {
  assert(value < 128, 'longer fields are written in more than one byte')
  return value
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`
}
