// One thing at a time for each machine, in the order asked.

export interface Queues {
  /** Runs the work when all that was asked for this key before has ended, however it ended. */
  serially<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Is anything under way or waiting for this key? */
  isBusy(key: string): boolean
}

export function createQueues(): Queues {
  const tails = new Map<string, Promise<unknown>>()
  return {
    async serially(key, work) {
      const turn = (tails.get(key) ?? Promise.resolve()).then(work, work)
      tails.set(key, turn)
      try {
        return await turn
      } finally {
        if (tails.get(key) === turn) tails.delete(key)
      }
    },
    isBusy: (key) => tails.has(key),
  }
}
