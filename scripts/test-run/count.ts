// What a test run came to: tests, and also the failures that belong to no test.

import type { TestModule } from 'vitest/node'

export interface TestCount {
  readonly passed: number
  /** Failed tests, failed files and groups (imports, hooks), and errors that nothing caught. */
  readonly failed: number
}

export function countTests(modules: readonly TestModule[], unhandledErrors: number): TestCount {
  let passed = 0
  let failed = unhandledErrors
  for (const module of modules) {
    passed += [...module.children.allTests('passed')].length
    failed += failuresOf(module)
  }
  return { passed, failed }
}

/** `N passed, N failed`. */
export function formatCount({ passed, failed }: TestCount): string {
  return `${passed} passed, ${failed} failed`
}

function failuresOf(module: TestModule): number {
  const tests = [...module.children.allTests('failed')].length
  const hooks = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length
  // A file that vitest calls failed counts, even if it does not say why.
  return tests + hooks || (module.state() === 'failed' ? 1 : 0)
}
