// `npm run simulate -- --seeds A..B`: production's conductor against a cloud in this process, seed after seed, over two processes.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { drawPlan } from './plan/draw-plan.ts'
import { type Simulated, simulate } from './simulate.ts'

const usage = `npm run simulate -- --seeds A[..B] [--faults none] [--verbose] [--processes N]
  --seeds      one seed, or a range of them
  --faults     none: the same companies and releases, but nothing goes wrong on the way
  --verbose    every line of what happens, as it happens
  --processes  side by side; default 2`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    faults: { type: 'string', default: 'by-seed' },
    verbose: { type: 'boolean', default: false },
    processes: { type: 'string', default: '2' },
    /** This process takes seeds as its parent hands them out. */
    handed: { type: 'boolean', default: false },
  },
})
const range = /^(\d+)(?:\.\.(\d+))?$/.exec(values.seeds ?? '')
if (range === null || !['by-seed', 'none'].includes(values.faults) || !/^[1-9]\d*$/.test(values.processes)) {
  process.stderr.write(`${usage}\n`)
  process.exit(2)
}
const first = Number(range[1])
const last = Number(range[2] ?? first)
const without = values.faults === 'none'

if (values.handed) process.exitCode = await runSeeds(handedSeeds())
else if (last > first && !values.verbose) process.exitCode = await runSideBySide(Number(values.processes))
else process.exitCode = await runSeeds(Array.from({ length: last - first + 1 }, (_, index) => first + index))

/** Each process asks for the next seed when it is done with one; exit 1 when one of them has found something. */
async function runSideBySide(processes: number): Promise<number> {
  const beganAt = performance.now()
  let next = first
  const codes = await Promise.all(
    Array.from({ length: processes }, () => {
      // What one seed leaves behind is gone with it: room for it spares a tenth of the time.
      const execArgv = [...process.execArgv, '--max-semi-space-size=32']
      const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--handed'], { execArgv })
      child.on('message', () => (next <= last ? child.send(next++) : child.disconnect()))
      return new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
    }),
  )
  const seeds = last - first + 1
  const minutes = (performance.now() - beganAt) / 60_000
  process.stdout.write(`${seeds} seeds in ${minutes.toFixed(1)} minutes: ${Math.round(seeds / minutes)} a minute\n`)
  return Math.max(...codes)
}

/** Ends when the parent has no more. */
async function* handedSeeds(): AsyncGenerator<number> {
  while (process.connected) {
    const handed = new Promise<number | undefined>((resolve) => {
      process.once('message', (seed) => resolve(Number(seed)))
      process.once('disconnect', () => resolve(undefined))
    })
    process.send?.('next')
    const seed = await handed
    process.removeAllListeners('message').removeAllListeners('disconnect')
    if (seed === undefined) return
    yield seed
  }
}

async function runSeeds(seeds: Iterable<number> | AsyncIterable<number>): Promise<number> {
  const isAlone = first === last || values.verbose
  let failures = 0
  for await (const seed of seeds) {
    const onLine = values.verbose ? { onLine: (line: string) => void process.stdout.write(`${line}\n`) } : {}
    const simulated = await simulate(seed, { plan: drawPlan(seed, { without }), ...onLine })
    if (simulated.found.length > 0) failures++
    if (simulated.found.length > 0 || isAlone) tell(simulated)
  }
  return failures > 0 ? 1 : 0
}

function tell({ seed, digest, found, lines, requests, kills, endings }: Simulated): void {
  const outcome = found.length === 0 ? 'ok' : 'FAILED'
  process.stdout.write(
    `seed ${seed}: ${outcome}, ${requests} requests, ${kills} runners killed, ${endings.join(', ') || 'no end'}\n`,
  )
  process.stdout.write(`  trace ${digest}\n`)
  if (found.length === 0) return
  if (!values.verbose) for (const line of lines) process.stdout.write(`  ${line}\n`)
  for (const sentence of found) process.stdout.write(`  ${sentence}\n`)
  process.stdout.write(`  again: npm run simulate -- --seeds ${seed}${without ? ' --faults none' : ''}\n`)
}
