// Whole lines out of a stream of bytes, whatever way the bytes were cut.

import { StringDecoder } from 'node:string_decoder'

/** A line longer than this is handed over in pieces: a program that prints no line end can't fill the memory. */
const longestLine = 1024 * 1024

/** Calls back with every line, without its line end (`\n` or `\r\n`); a last line without one counts too. */
export function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() as string
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
    if (rest.length <= longestLine) return
    onLine(rest)
    rest = ''
  }
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)))
  stream.on('end', () => {
    take(decoder.end())
    if (rest !== '') onLine(rest)
    rest = ''
  })
}
