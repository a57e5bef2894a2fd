// Runs vitest with a sign of life, lets it be stopped gently, and ends with a plain count that hides nothing.

import { parseCLI, startVitest } from 'vitest/node'
import { countTests, formatCount } from './test-run/count.ts'
import { ProgressReporter } from './test-run/progress.ts'

const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)])
const progress = new ProgressReporter()
const vitest = await startVitest('test', filter, { ...options, watch: false, reporters: ['default', progress] })
const count = countTests(vitest.state.getTestModules(), progress.unhandledErrors)
await vitest.close()

process.stdout.write(`\n${formatCount(count)}\n`)
// Nothing run is nothing proven, whatever vitest makes of it.
process.exit(count.failed > 0 || count.passed === 0 || process.exitCode ? 1 : 0)
