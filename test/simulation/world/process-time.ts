// The SDK signs requests by the process's own clock, so that has to be the simulation's while one runs.

/** `Date.now()` answers `now` until the work is over; whatever else a Date can do stays as it is. */
export async function withProcessTime<Value>(now: () => number, work: () => Promise<Value>): Promise<Value> {
  const real = Date.now
  Date.now = now
  try {
    return await work()
  } finally {
    Date.now = real
  }
}
