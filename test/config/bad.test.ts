import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cryptoPolicyOf } from '../../hardening/profile/crypto-policy.ts'
import { loadProfile } from '../../hardening/profile/load-profile.ts'
import { loadConfig } from '../../pipeline/config/index.ts'
import { formatProblem } from '../../pipeline/kernel/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { content, nowMs } from '../hardening/mini.ts'

const folder = join(import.meta.dirname, 'bad')
const files = createFiles()

/** The hardening room's real judgement, over a benchmark of a few rules. */
async function checkProfile(profileFile: string) {
  const loaded = await loadProfile(files, profileFile, content, nowMs)
  if (!loaded.ok) return { problems: loaded.problems, reached: [] }
  return { problems: [], reached: [], asks: () => ({ cryptoPolicy: cryptoPolicyOf(loaded.profile, content) }) }
}

describe('a bad configuration is told every one of its problems', () => {
  it.each(readdirSync(folder))('%s', async (name) => {
    const loaded = await loadConfig(files, join(folder, name, 'drover.yaml'), checkProfile)
    if (loaded.ok) throw new Error('it was found good')
    const told = `${loaded.problems.map(formatProblem).join('\n')}\n`.replaceAll(`${join(folder, name)}/`, '')
    await expect(told).toMatchFileSnapshot(join(folder, name, 'expected.txt'))
  })
})
