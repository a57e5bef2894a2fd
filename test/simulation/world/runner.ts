// One runner: production's conductor and performers over a clock, a ledger and a way to AWS that end when it is killed.

import { advanceAll } from '../../../pipeline/cli/advance-all.ts'
import { type ActingPerformers, advance, type ConductorContext, unsettledReleases } from '../../../pipeline/conductor/index.ts'
import type { Ledger } from '../../../pipeline/ledger/index.ts'
import type { Cloud, HttpProbe } from '../../../pipeline/ports/index.ts'
import { createCopy, createExposure, createShare, createTests } from '../../../pipeline/promote/index.ts'
import type { Performer } from '../../../pipeline/release/index.ts'
import { type CallHook, createFleetCheck, createPlacing, createRoll, createUndoRoll } from '../../../pipeline/roll/index.ts'
import { keepsEverything } from '../../support/conductor-context.ts'
import { createMemoryFiles } from '../../support/memory-files.ts'
import { noCluster } from '../../support/no-cluster.ts'
import { noHooks } from '../../support/no-hooks.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import type { Ask } from '../in-process-wire.ts'

export interface Runner {
  readonly name: string
  /** Ends when it has nothing more to do for now; never once it is killed. */
  work(): Promise<void>
  /** Resolves with what it was killed at. */
  readonly killed: Promise<string>
}

export interface RunnerOptions {
  readonly name: string
  readonly clock: VirtualClock
  readonly ledger: Ledger
  readonly random: SeededRandom
  /** Chance that it dies, at each of its calls and of its records; asked each time, with what it is at. */
  readonly death: (at: string) => number
  /** The real adapter, over that clock and that way. */
  readonly cloudOver: (way: (ask: Ask) => Ask, clock: VirtualClock) => Cloud
  readonly performersOver: (cloud: Cloud) => ActingPerformers
  readonly watch: boolean
}

export function createRunner(options: RunnerOptions): Runner {
  const { name, random, death, watch } = options
  const life = createLife(random, death)
  const clock = livingClock(options.clock, life)
  const ledger = livingLedger(options.ledger, life)
  const cloud = options.cloudOver((ask) => livingWay(ask, life), clock)
  const context: ConductorContext = {
    ledger,
    clock,
    signal: new AbortController().signal,
    runner: name,
    performers: options.performersOver(cloud),
    evidenceDirectoryOf: (release) => `/evidence/${release}`,
    evidence: { store: keepsEverything, files: createMemoryFiles() },
    witnessHead: async () => undefined,
    notifier: { send: () => undefined, settle: async () => undefined },
    onProgress: () => undefined,
  }
  return {
    name,
    killed: life.killed,
    work: async () => {
      const advanced = await advanceAll({
        find: async () => {
          const observer = { runner: name, wallNow: clock.wallNow() }
          return unsettledReleases(await ledger.read(), observer, clock.now()).map(({ id }) => id)
        },
        advance: (id, beside) => advance(context, id, { watch, beside }),
        clock,
        signal: context.signal,
        oneByOne: false,
        tell: () => undefined,
      })
      for (const one of advanced) if (!one.ok) throw one.error
    },
  }
}

export interface PlayedParts {
  readonly probe: HttpProbe
  /** Left out where no stage has any. */
  readonly callHook?: CallHook
  readonly bake: Performer<'bake'>
  readonly verify: Performer<'verify'>
}

/** Production's performers, but for a bake and a verification that no process can hold. */
export function performersOver(cloud: Cloud, { probe, callHook = noHooks, bake, verify }: PlayedParts): ActingPerformers {
  const converse = (): never => {
    throw new Error('a simulation runs no other program')
  }
  const run = async (): Promise<never> => converse()
  const exec = { run, converse, detach: run, isAlive: run, end: run }
  const drift = async () => ({ ok: false as const, message: 'no machine to scan' })
  const ports = { cloud, exec, probe, drift }
  return {
    bake,
    verify,
    copy: createCopy(ports),
    share: createShare(ports),
    roll: createRoll({ ...ports, callHook }),
    'undo-roll': createUndoRoll({ ...ports, callHook }),
    'place-groups': createPlacing(ports),
    'measure-exposure': createExposure(ports),
    'check-fleet': createFleetCheck(ports),
    test: createTests({ ...ports, ...noCluster }),
  }
}

interface Life {
  readonly killed: Promise<string>
  /** Goes on while it lives; a dead runner's promise is one that never ends. */
  breath(): Promise<void>
  /** It may die here. */
  danger(at: string): Promise<void>
}

const never = new Promise<never>(() => undefined)

function createLife(random: SeededRandom, death: (at: string) => number): Life {
  let isAlive = true
  let die: (at: string) => void = () => undefined
  const killed = new Promise<string>((resolve) => {
    die = resolve
  })
  const breath = async () => (isAlive ? undefined : never)
  return {
    killed,
    breath,
    danger: async (at) => {
      if (isAlive && random.chance(death(at))) {
        isAlive = false
        die(at)
      }
      return breath()
    },
  }
}

function livingClock(clock: VirtualClock, { breath }: Life): VirtualClock {
  return {
    ...clock,
    pause: (pauseMs, signal) => clock.pause(pauseMs, signal).finally(breath),
    idleUntil: (instantMs, signal) => clock.idleUntil(instantMs, signal).finally(breath),
  }
}

function livingLedger(ledger: Ledger, { breath, danger }: Life): Ledger {
  return {
    ...ledger,
    read: () => ledger.read().finally(breath),
    append: async (head, entry) => {
      await danger(`before it recorded ${entry.event.type}`)
      const record = await ledger.append(head, entry)
      await danger(`after it recorded ${entry.event.type}`)
      return record
    },
  }
}

function livingWay(ask: Ask, { danger }: Life): Ask {
  return async (request) => {
    await danger(`before ${request.action}`)
    const answer = ask(request)
    await answer.catch(() => undefined)
    await danger(`after ${request.action}`)
    return answer
  }
}
