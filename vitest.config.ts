// Three kinds of tests, one after the other: fast ones, real machines, and what fills the host. Of the first two kinds two files run
// at once, each with a cloud of its own; the last takes of the kernel what all machines share, and leaves nothing for a neighbour’s.

import { defineConfig } from 'vitest/config'

/** What is measured there is of the process it runs in. */
const apart = 'test/hardening/results.test.ts'
const crowd = 'test/machines/side-by-side.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          // A process for all files of a worker: to load the SDK's clients anew for each takes more than a third of the time.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/machines/**', apart, 'node_modules/**'],
          // Left to itself vitest leaves a core free, which of two is one.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'apart',
          include: [apart],
          maxWorkers: 2,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'machines',
          include: ['test/machines/**/*.test.ts'],
          exclude: [crowd, 'node_modules/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: 'crowd',
          include: [crowd],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
