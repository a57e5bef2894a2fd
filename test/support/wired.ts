// What `droverOver` works with, without a machine and an account: what a test needs otherwise goes over it.

import type { Wired } from '../../pipeline/cli/wiring.ts'
import { aConfigOrigin } from './factories.ts'
import { scriptedCloud } from './scripted-cloud.ts'

const notExpected = async () => {
  throw new Error('nobody should ask for it')
}

export function aWired(over: Pick<Wired, 'config' | 'context'> & Partial<Wired>): Wired {
  return {
    cloud: scriptedCloud(() => ({})),
    rehearsal: false,
    readOrigin: async () => ({ origin: aConfigOrigin, problem: undefined }),
    resolveBases: notExpected,
    needKeys: async () => undefined,
    reach: notExpected,
    needReach: async () => undefined,
    needToolsFor: () => undefined,
    runnerFor: async () => ({ runner: 'ada@example', end: async () => undefined }),
    verifyLedger: notExpected,
    needWholeLedger: async () => undefined,
    ledgerProtection: async () => ({ problems: [], warnings: [], unasked: [] }),
    ...over,
  }
}
