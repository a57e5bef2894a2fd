import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRandom } from '../../pipeline/system/index.ts'

it('gives hexadecimal text of the length asked for, and numbers below the bound', () => {
  const random = createRandom()
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 65 }), fc.integer({ min: 1, max: 1000 }), (length, bound) => {
      expect(random.hex(length)).toMatch(new RegExp(`^[0-9a-f]{${length}}$`))
      expect(random.below(bound)).toBeLessThan(bound)
    }),
  )
})
