// For worlds whose stages have no hooks: a roll that calls one all the same fails.

import type { CallHook } from '../../pipeline/roll/index.ts'

export const noHooks: CallHook = async ({ name }) => {
  throw new Error(`this world has no hook ${name}`)
}
