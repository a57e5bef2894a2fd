// The README's picture says what the log said: nothing added, nothing of the machine, nothing left out uncounted.

import { readFile } from 'node:fs/promises'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { extractOf } from '../../scripts/picture/lines.ts'
import { drawTerminal } from '../../scripts/picture/terminal.ts'

const log = `npm warn something of this machine
▸ base image
  … base image 5s
✔ base image  8s
00:01  ▸ bake
00:02      Prevalidating any provided VPC information
00:02      Found Image ID: ami-1
00:03    … bake 3s
00:04      Waiting for SSH to become available...
00:05      Cleaning up any extra volumes...
00:06  \u001b[32m✔ bake  5s\u001b[0m
00:06  ▸ share ami-1
00:06  ✔ share ami-1  0s
web-1 (weekly) is in production, 26h after it was opened

release   web-1 (weekly)
in production 26h (really 1m) after it was opened
ledger    24 records, unbroken; head 06296465c4005b20
report    /home/somebody/drover/.drover/rehearsal/evidence/web-1/report.html

the local cloud is still running; look around with
`

describe('the lines', () => {
  test('heartbeats, colours, paths and housekeeping go', () => {
    expect(extractOf(log).lines).toEqual([
      '✔ base image  8s',
      '00:01  ▸ bake',
      '00:02      Found Image ID: ami-1',
      '00:06  ✔ bake  5s',
      'web-1 (weekly) is in production, 26h after it was opened',
      '',
      'release   web-1 (weekly)',
      'in production 26h (really 1m) after it was opened',
      'ledger    24 records, unbroken; head 06296465c4005b20',
      'report    .drover/rehearsal/evidence/web-1/report.html',
    ])
  })

  test('what is left out of a step is counted, signs of life are not', () => expect(extractOf(log).leftOut).toBe(6))

  test('a release that was refused is no picture', () => {
    expect(() => extractOf(log.replace(/^in production.*$/m, ''))).toThrow('not the log of a rehearsal that reached production')
  })
})

describe('the drawing', () => {
  const draw = (lines: readonly string[]) => drawTerminal({ title: 'A rehearsal', command: 'rehearse', lines, note: '7 lines' })

  test('is well-formed whatever the log holds', () => {
    expect(XMLValidator.validate(draw(['00:01      a < b && "c" > d', '✔ ]]> <!--', '']))).toBe(true)
  })

  test('holds every word of every line, also of one that is too long for one row', () => {
    const long = `score     ${Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ')}`
    const words = textOf(draw(['00:01  ▸ bake', long])).split(/\s+/)
    expect(words.filter((word) => word !== '')).toEqual([
      '$',
      'rehearse',
      '00:01',
      '▸',
      'bake',
      ...long.split(/\s+/),
      '⋯',
      '7',
      'lines',
    ])
  })
})

describe('the committed picture', () => {
  const read = () => readFile(new URL('../../docs/rehearsal.svg', import.meta.url), 'utf8')

  test('is well-formed, small and needs nothing from elsewhere', async () => {
    const svg = await read()
    expect(XMLValidator.validate(svg)).toBe(true)
    expect(Buffer.byteLength(svg)).toBeLessThan(60 * 1024)
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|<image|@import|url\(/)
  })

  test('shows a release that went all the way', async () => {
    const text = textOf(await read())
    expect(text).toMatch(/release\s+web-\d{4}\.\d+\.\d+ \(weekly\)/)
    expect(text).toMatch(/in production .* after it was opened/)
    expect(text).not.toContain('✖')
  })
})

/** The rows' text, one a line. */
function textOf(svg: string): string {
  return [...svg.matchAll(/<text [^>]*textLength[^>]*>(.*?)<\/text>/g)]
    .map(([, row = '']) =>
      row
        .replace(/<[^>]+>/g, '')
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, '&'),
    )
    .join('\n')
}
