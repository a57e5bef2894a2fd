// Two kinds of tests: fast ones, and real machines after them; of both two files at once, each with a cloud of its own.

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/machines/**', 'node_modules/**'],
          // Left to itself vitest leaves a core free, which of two is one.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'machines',
          include: ['test/machines/**/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
})
