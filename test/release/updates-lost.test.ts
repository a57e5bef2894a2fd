import { describe, expect, test } from 'vitest'
import { describeLost, updatesBetween } from '../../pipeline/release/index.ts'

const newer = 'bash 5.2 amd64\nlinux 6.12.9 amd64\nlinux 6.12.8 amd64\nopenssl 3.5.2-1 amd64\nzlib 1.3 amd64\n'
const older = 'bash 5.2 amd64\nlinux 6.12.8 amd64\nopenssl 3.5.1-1 amd64\n'

test('what the image that is left has otherwise, or alone', () => {
  expect(updatesBetween(newer, older)).toEqual({
    changed: 3,
    packages: ['linux 6.12.8 and 6.12.9 becomes 6.12.8', 'openssl 3.5.2-1 becomes 3.5.1-1', 'zlib 1.3 is not there'],
  })
  expect(updatesBetween(older, older)).toEqual({ changed: 0, packages: [] })
})

test('those that came as security updates come first, by the versions that the other image does not have', () => {
  const updates = 'linux 6.12.8\nopenssl 3.5.2-1\nzlib 1.3\nbash 5.2\n'
  expect(updatesBetween(newer, older, updates)).toEqual({
    changed: 3,
    security: 2,
    packages: ['openssl 3.5.2-1 becomes 3.5.1-1', 'zlib 1.3 is not there', 'linux 6.12.8 and 6.12.9 becomes 6.12.8'],
  })
  expect(updatesBetween(newer, older, '')).toMatchObject({ changed: 3, security: 0 })
})

describe('what people are told', () => {
  const known = { architecture: 'x86_64', left: 'web-2', packages: [] } as const

  test.each([
    [undefined, 'No release since was opened to fix something. What updates since brought is not known'],
    [
      [{ ...known, ...updatesBetween(newer, older) }],
      'No release since was opened to fix something. Against web-2 3 packages differ: linux 6.12.8 and 6.12.9 becomes 6.12.8, openssl 3.5.2-1 becomes 3.5.1-1, zlib 1.3 is not there. Security updates may be among them, which is not known of that image',
    ],
    [
      [{ ...known, ...updatesBetween(newer, older, 'openssl 3.5.2-1') }],
      'No release since was opened to fix something. Against web-2 3 packages differ, 1 of them by security updates, which come first: openssl 3.5.2-1 becomes 3.5.1-1, linux 6.12.8 and 6.12.9 becomes 6.12.8, zlib 1.3 is not there',
    ],
    [
      [{ ...known, ...updatesBetween(newer, older, '') }],
      'No release since was opened to fix something. Against web-2 3 packages differ, none of them by a security update: linux 6.12.8 and 6.12.9 becomes 6.12.8, openssl 3.5.2-1 becomes 3.5.1-1, zlib 1.3 is not there',
    ],
    [
      [{ ...known, changed: 0 }],
      'No release since was opened to fix something. Every package of web-2 has the same version there',
    ],
    [
      [
        { ...known, unknown: 'web-1 kept no list of its packages' },
        { ...known, architecture: 'arm64', changed: 0 },
      ],
      'No release since was opened to fix something. What web-2 (x86_64) brought is not known: web-1 kept no list of its packages. Every package of web-2 (arm64) has the same version there',
    ],
  ] as const)('of %o', (updates, said) => {
    expect(describeLost({ lost: [], updates })).toBe(said)
  })

  test('what was proven to be fixed comes first, and of many packages some are named', () => {
    const many = Array.from({ length: 30 }, (_, index) => `package${index + 10} 2 amd64`).join('\n')
    const updates = [{ ...known, ...updatesBetween(many, many.replaceAll(' 2 ', ' 1 ')) }]
    const said = describeLost({ lost: ['CVE-2026-1 (web-2)'], updates })
    expect(said).toMatch(
      /^Fixes lost: CVE-2026-1 \(web-2\)\. Against web-2 30 packages differ: package10 2 becomes 1, .*, and 25 more\./,
    )
    expect(updates[0]?.packages).toHaveLength(20)
  })
})
