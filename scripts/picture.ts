// Draws a captured rehearsal as a picture for the README.
// ./scripts/rehearse 2>&1 | tee rehearsal.log; npx tsx scripts/picture.ts rehearsal.log docs/rehearsal.svg

import { readFile, writeFile } from 'node:fs/promises'
import { echo } from 'zx'
import { extractOf } from './picture/lines.ts'
import { drawTerminal } from './picture/terminal.ts'

const [logFile, pictureFile] = process.argv.slice(2)
if (logFile === undefined || pictureFile === undefined) {
  echo('Usage: npx tsx scripts/picture.ts LOG PICTURE.svg')
  process.exit(2)
}

const { lines, leftOut } = extractOf(await readFile(logFile, 'utf8'))
const svg = drawTerminal({
  title: 'A rehearsal',
  command: './scripts/rehearse',
  lines,
  note: `${leftOut} lines of the log and its signs of life are not shown`,
})
await writeFile(pictureFile, svg)
echo(`${pictureFile}: ${lines.length} lines, ${(Buffer.byteLength(svg) / 1024).toFixed(1)} KiB`)
