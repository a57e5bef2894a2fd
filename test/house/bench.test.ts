// A bench's two ways of printing: ratios say how many times better ours is, whichever way is up.

import { expect, test } from 'vitest'
import { renderJsonLines, renderTable } from '../bench/rows.ts'

const measured = {
  rows: [
    { row: 'harden', unit: 's', ours: 10, peer: 65, peerName: 'whole fix', better: 'less' },
    { row: 'rules met', unit: 'rules', ours: 300, peer: 200, peerName: 'whole fix', better: 'more' },
  ],
  notes: ['a note'],
} as const

test('one line of JSON a row, and nothing else', () => {
  expect(renderJsonLines('hardening', measured)).toBe(
    '{"bench":"hardening","row":"harden","unit":"s","ours":10,"peer":65,"peerName":"whole fix","ratio":6.5}\n' +
      '{"bench":"hardening","row":"rules met","unit":"rules","ours":300,"peer":200,"peerName":"whole fix","ratio":1.5}\n',
  )
})

test('a table for people, with the notes below', () => {
  expect(renderTable('hardening', measured)).toBe(
    [
      'hardening',
      '           ours  peer  ratio',
      'harden       10    65   6.5x  s      whole fix',
      'rules met   300   200   1.5x  rules  whole fix',
      'a note',
      '',
    ].join('\n'),
  )
})
