// Actions that only leave an event: performing them is writing it down.

import type { Performers } from '../release/index.ts'
import type { RecordingKind } from './context.ts'

export const recordingPerformers: Pick<Performers, RecordingKind> = {
  // People are asked by the message about the event; their answer comes through the ledger.
  'request-approval': async ({ action: { stage } }) => [{ type: 'approval.requested', stage }],
  'start-soak': async ({ action: { stage, until } }) => [{ type: 'soak.started', stage, until: new Date(until).toISOString() }],
  'finish-soak': async ({ action: { stage } }) => [{ type: 'soak.finished', stage }],
  finish: async ({ action: { openToProductionMs, openToProductionWallMs } }) => [
    { type: 'release.finished', openToProductionMs, openToProductionWallMs },
  ],
  fail: async ({ action: { cause } }) => [{ type: 'release.failed', cause }],
  'give-way': async ({ action: { to } }) => [{ type: 'release.superseded', by: to }],
  refuse: async ({ action: { reasons } }) => [{ type: 'release.refused', reasons }],
}
