// Nobody writes without end while no time passes: two runners that overtake each other for ever would.

import type { CreateChecker } from './checker.ts'

/** Far more than an instant of six groups and two runners has. */
const mostRecords = 500

export const movesOn: CreateChecker = () => {
  const instant = { at: Number.NaN, records: 0 }
  return {
    onRecord: ({ event }, { now }) => {
      if (instant.at !== now) Object.assign(instant, { at: now, records: 0 })
      instant.records++
      if (instant.records !== mostRecords) return []
      return [`${mostRecords} records at one instant, ${new Date(now).toISOString()}, the last of them ${event.type}`]
    },
  }
}
