// What a machine that has lived is asked, and what its answer is held against: the family's profile, and the release's own verdict.

import { driftOf, prepareDriftScan, readDrift } from '../../hardening/index.ts'
import type { Config } from '../config/index.ts'
import type { Files } from '../ports/index.ts'
import type { DriftAsker } from './test-run.ts'

export interface DriftContext {
  readonly config: Config
  readonly files: Files
  /** Folder of the scanner's content, as scripts/setup put it. */
  readonly contentDirectory: string
}

export function createDriftAsker({ config, files, contentDirectory }: DriftContext): DriftAsker {
  return async (release, nowMs) => {
    const family = config.families.find(({ name }) => name === release.family)
    if (!family) return refused(`the configuration has no family ${release.family} any more`)
    const standings = release.verify.state === 'finished' ? (release.verify.result.standings ?? []) : []
    if (standings.length === 0) return refused('the ledger does not say which rules the release met')
    const workDirectory = await files.makeTemporaryDirectory('drover-drift-')
    try {
      const { profileFile } = family.hardening
      const request = { profileFile, family: family.name, contentDirectory, workDirectory, nowMs }
      const { profile, content, scripts } = await prepareDriftScan(request, { files })
      return {
        ok: true,
        value: {
          scripts,
          judge(printed, architecture) {
            const then = standings.find((one) => one.architecture === architecture) ?? standings[0]
            const read = readDrift(printed, content.sha256)
            if (!read.ok) return { ok: false, message: read.message }
            const standing = { release: release.id, rules: then?.rules ?? {} }
            return { ok: true, value: driftOf(profile, content, standing, read.scan, nowMs) }
          },
        },
      }
    } finally {
      await files.remove(workDirectory)
    }
  }
}

function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message }
}
