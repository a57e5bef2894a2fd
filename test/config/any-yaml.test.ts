import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadConfig } from '../../pipeline/config/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'

const bad = join(import.meta.dirname, 'bad')
const texts = readdirSync(bad).map((name) => readFileSync(join(bad, name, 'drover.yaml'), 'utf8'))

/** Reads drover.yaml as the text, whatever the disk says, and finds nothing else. */
function holding(text: string): Files {
  return { ...createFiles(), readText: async () => text, list: async () => [], kind: async () => 'missing' }
}

const load = (text: string) => loadConfig(holding(text), 'drover.yaml', async () => ({ problems: [], reached: [] }))

/** A line or two taken out, put in twice, or cut short. */
const damaged = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('drop', 'double', 'cut', 'empty')), { maxLength: 4 }),
  )
  .map(([text, damages]) => {
    const lines = text.split('\n')
    for (const [where, how] of damages) {
      const index = where % Math.max(1, lines.length)
      const line = lines[index] ?? ''
      const replaced = {
        drop: [],
        double: [line, line],
        cut: [line.slice(0, where % (line.length + 1))],
        empty: [`${line.split(':')[0]}:`],
      }
      lines.splice(index, 1, ...replaced[how as keyof typeof replaced])
    }
    return lines.join('\n')
  })

describe('whatever stands in drover.yaml', () => {
  it.each([
    ['any text', fc.string({ unit: 'binary', maxLength: 200 })],
    ['any values', fc.json().map((json) => stringify(JSON.parse(json)))],
    ['a configuration damaged by hand', damaged],
  ])('%s is read without throwing, and each problem has a place in the text', async (_what, anyText) => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const loaded = await load(text)
        expect(loaded.ok).toBe(false)
        if (loaded.ok) return
        expect(loaded.problems.length).toBeGreaterThan(0)
        const lineCount = text.split(/\r\n|\r|\n/).length
        for (const { place, message } of loaded.problems) {
          expect(message).not.toContain('undefined')
          expect(place?.line).toBeLessThanOrEqual(lineCount)
          expect(place?.column).toBeGreaterThan(0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['an alias to itself', 'a: &a [*a]\nfamilies: *a\n'],
    ['a merge of itself', 'stages: &s { dev: &d { <<: *d, account: 1 }, <<: *s }\n'],
    [
      'aliases of aliases',
      `a: &a [x, x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`).join('\n')}\nfamilies: *i\n`,
    ],
    ['an alias to nothing', 'families: *nowhere\n'],
    ['a deep nest', `families: ${'['.repeat(2_000)}${']'.repeat(2_000)}\n`],
    ['a tag', 'families: !!js/function "process.exit()"\n'],
    ['two documents', 'version: 1\n---\nversion: 1\n'],
    ['a key that is a list', '[a, b]: 1\n'],
    ['a prototype', '__proto__: { version: 1 }\nconstructor: 1\n'],
  ])('%s does no harm', async (_what, text) => {
    expect(await load(text)).toMatchObject({ ok: false })
  })
})
