// The world file: read, or told off at the very place, every problem at once.

import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ProblemError } from '../../pipeline/kernel/index.ts'
import { parseWorld } from '../../pipeline/rehearsal/index.ts'

const good = `version: 1
groups:
  dev:
    eu-central-1/web: { min: 1, desired: 1, max: 2 }
openPorts: [22, 80]
instanceProfile: acme-machine
parameters:
  /acme/token: { secret: generated }
  /acme/collector: collector.acme.internal
`

function told(text: string): string {
  try {
    parseWorld(text, 'local-cloud.yaml')
  } catch (error) {
    if (error instanceof ProblemError) return error.message
    throw error
  }
  return expect.unreachable('it was found good')
}

const hint = '\n    docs/rehearsal.md describes local-cloud.yaml'

test('a whole one; web servers are nobody’s need', () => {
  expect(parseWorld(good, 'local-cloud.yaml')).toEqual({
    version: 1,
    groups: { dev: { 'eu-central-1/web': { min: 1, desired: 1, max: 2 } } },
    openPorts: [22, 80],
    instanceProfile: 'acme-machine',
    parameters: { '/acme/token': { secret: 'generated' }, '/acme/collector': 'collector.acme.internal' },
    hosts: {},
  })
})

test('the example’s', async () => {
  const file = new URL('../../docs/examples/acme/local-cloud.yaml', import.meta.url).pathname
  expect(parseWorld(await readFile(file, 'utf8'), file).hosts).toEqual({ 'mirror.acme.internal': 'mirror' })
})

describe('a problem at its place', () => {
  test.each([
    ['an unknown key', ['openPorts', 'openPort'], '5:1: openPort: there is no such key [config-unknown-key]'],
    [
      'an unknown key deep down',
      ['max: 2', 'max: 2, maximum: 3'],
      '4:53: groups.dev.eu-central-1/web.maximum: there is no such key',
    ],
    ['a missing key', ['instanceProfile: acme-machine\n', ''], '1:1: instanceProfile: Invalid input: expected string'],
    ['a wrong kind of value', ['[22, 80]', '[ssh, 80]'], '5:1: openPorts.0: Invalid input: expected number, received string'],
    ['a port that is none', ['80]', '80000]'], '5:1: openPorts.1: Too big: expected number to be <=65535'],
    ['a group without its region', ['eu-central-1/web:', 'web:'], '4:5: groups.dev.web: expected REGION/GROUP'],
    [
      'sizes out of order',
      ['desired: 1', 'desired: 3'],
      '4:33: groups.dev.eu-central-1/web.desired: expected min ≤ desired ≤ max',
    ],
    [
      'a parameter without its slash',
      ['/acme/token', 'acme/token'],
      '8:3: parameters.acme/token: a parameter name starts with /',
    ],
    ['another version', ['version: 1', 'version: 2'], '1:1: version: Invalid input: expected 1'],
  ])('%s', (_, [from = '', to = ''], expected) => {
    const message = told(good.replace(from, to))
    expect(message).toContain(`local-cloud.yaml:${expected}`)
    expect(message).toContain(hint)
  })

  test('what is not YAML', () => {
    expect(told('version: 1\ngroups: {\n')).toMatch(/^local-cloud\.yaml:3:1: .*\[config-syntax\]/s)
  })

  test('an empty file', () => {
    expect(told('')).toContain('local-cloud.yaml:1:1: the file: Invalid input: expected object')
  })
})

test('every problem at once, in the order of the file’s keys', () => {
  const message = told(good.replace('[22, 80]', '[0]').replace('max: 2', 'max: many').replace('version: 1', 'version: 9'))
  const places = message.split('\n').flatMap((line) => /^local-cloud\.yaml:(\d+:\d+)/.exec(line)?.[1] ?? [])
  expect(places).toEqual(['1:1', '4:45', '5:1'])
})
