// Holds the cloud's state and moves it: requests change it, ticks advance it, machines do what ticks ask for.

import type { Clock } from '../ports/index.ts'
import type { Machines } from './machines/types.ts'
import { performCommand } from './perform-command.ts'
import { RecentStates } from './recent-states.ts'
import { commandKey, type MachineCommand } from './reconcile/command.ts'
import type { GuestEnvironment } from './reconcile/machine-commands.ts'
import { applyResult, noteEnded } from './reconcile/machine-results.ts'
import { type Tick, tick } from './reconcile/tick.ts'
import type { SavedState } from './saved-state.ts'
import { type CloudSettings, settingsKey } from './store/account.ts'
import { type CloudState, Draft, everywhere, settingsIn } from './store/state.ts'
import { Wait } from './wait.ts'

export interface EngineOptions {
  readonly clock: Clock
  readonly saved: SavedState
  readonly state: CloudState
  readonly environment: () => GuestEnvironment
  /** `background`: a loop of its own. `on-request`: only `catchUp` moves it, through every instant up to the clock's, for simulations. */
  readonly drive: 'background' | 'on-request'
  /** Called with every state the cloud comes to, and its time then. */
  readonly onState?: (state: CloudState, now: number) => void
  readonly log: (line: string) => void
}

/** Machines that ended by themselves are looked for this often. */
const observeEveryMs = 2_000
const longestWaitMs = 1_000
/** Of a large fleet every step takes a while; requests are answered in between, and get the larger share of the time. */
const restPerStep = 3
const longestRestMs = 500
/** Who changed something is answered before the next step, and what comes close behind shares it. */
const gatherMs = 5
/** Boots are bound by the processor: more at once make each of them slower. */
const mostPowerCommands = 4

export class Engine {
  readonly #options: EngineOptions
  readonly #machines: Machines
  #state: CloudState
  readonly #recent = new RecentStates()
  readonly #underWay = new Map<string, { readonly isPower: boolean; readonly done: Promise<void> }>()
  readonly #wait: Wait
  #isWoken = false
  #isClosed = false
  #observedAt = 0
  #loop: Promise<void> | undefined
  /** The instant a simulation has reached; undefined in the background drive. */
  #instant: number | undefined
  /** Where a simulation came to rest, and when; undefined before it has moved. */
  #rest: { readonly state: CloudState; readonly at: number } | undefined

  constructor(options: EngineOptions, machines: (now: () => number) => Machines) {
    this.#options = options
    this.#wait = new Wait(options.clock)
    this.#state = options.state
    this.#instant = options.drive === 'on-request' ? options.clock.now() : undefined
    this.#machines = machines(() => this.now())
  }

  get state(): CloudState {
    return this.#state
  }

  /** What a copy that lags behind by so much would answer from; the state as it is when nothing lags. */
  stateBehind(lagMs: number): CloudState {
    return (lagMs > 0 ? this.#recent.at(this.now() - lagMs) : undefined) ?? this.#state
  }

  get machines(): Machines {
    return this.#machines
  }

  get settings(): CloudSettings {
    return settingsIn(this.#state)
  }

  /** The cloud's time: the clock's, plus what was skipped. */
  now(): number {
    return (this.#instant ?? this.#options.clock.now()) + this.settings.skippedMs
  }

  #become(state: CloudState): void {
    const { readLagMs = 0 } = settingsIn(state)
    if (readLagMs > 0) this.#recent.note(this.#state, state, this.now(), readLagMs)
    else this.#recent.forget()
    const isNew = state !== this.#state
    this.#state = state
    if (isNew) this.#options.onState?.(state, this.now())
  }

  /** Changes the state and resolves when the change is on disk; when `change` throws, nothing has happened. */
  async transact<T>(change: (draft: Draft) => T): Promise<T> {
    const draft = new Draft(this.#state)
    const value = change(draft)
    if (draft.state !== this.#state) {
      this.#become(draft.state)
      this.#wake()
      await this.#options.saved.save(this.#state)
    }
    return value
  }

  /** Begins to move by itself. What was running when the state was saved is started again. */
  begin(): void {
    if (this.#options.drive === 'background') this.#loop ??= this.#run()
  }

  /** Moves a simulation to the clock's instant, through every one at which something is due. */
  async catchUp(): Promise<void> {
    if (this.#options.drive !== 'on-request') return
    const target = this.#options.clock.now()
    await this.#observe()
    // Most requests only look, at the instant of the one before. What goes with age is due at no instant: a later one has to step.
    while (this.#rest?.state !== this.#state || this.#rest.at !== target) {
      const at = this.#instant ?? target
      const { nextAt } = await this.#settle()
      const until = nextAt === undefined ? Number.POSITIVE_INFINITY : nextAt - this.settings.skippedMs
      this.#instant = Math.max(at, Math.min(until, target))
      this.#rest = until > target ? { state: this.#state, at } : undefined
      if (until > target) break
    }
    await this.#options.saved.save(this.#state)
  }

  /** Ticks and does what is asked, until nothing more is asked at this instant. */
  async #settle(): Promise<Tick> {
    for (;;) {
      const step = this.#tick()
      if (step.commands.length === 0) return step
      await Promise.all(step.commands.map((command) => this.#perform(command)))
    }
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#isWoken = false
      const began = this.#options.clock.wallNow()
      if (began - this.#observedAt >= observeEveryMs) await this.#observe()
      const step = this.#tick()
      this.#dispatch(step.commands)
      const restMs = Math.min(longestRestMs, restPerStep * (this.#options.clock.wallNow() - began))
      await this.#options.saved.save(this.#state)
      if (restMs > 0 && !this.#isClosed) await this.#options.clock.pause(restMs)
      if (this.#skipIdle(step) || this.#isWoken) continue
      await this.#wait.pause(Math.min(longestWaitMs, Math.max(0, (step.nextAt ?? Number.POSITIVE_INFINITY) - this.now())))
      if (this.#isWoken) await this.#options.clock.pause(gatherMs)
    }
  }

  #wake(): void {
    this.#isWoken = true
    this.#wait.cutShort()
  }

  #tick(): Tick {
    const network = this.#machines.network
    const environment = this.#options.environment()
    // Those under way are asked for again, so twice as many are enough to begin as many as may be.
    const starts = this.#options.drive === 'background' ? { mostStarts: 2 * mostPowerCommands } : {}
    const step = tick(this.#state, this.now(), { network, environment, ...starts })
    this.#become(step.state)
    return step
  }

  #dispatch(commands: readonly MachineCommand[]): void {
    let free = mostPowerCommands - [...this.#underWay.values()].filter((one) => one.isPower).length
    for (const command of commands) {
      const isPower = command.kind === 'start' || command.kind === 'reboot'
      if (isPower && free <= 0) continue
      const key = commandKey(command)
      if (this.#underWay.has(key)) continue
      if (isPower) free--
      const done = this.#perform(command).finally(() => {
        this.#underWay.delete(key)
        this.#wake()
      })
      this.#underWay.set(key, { isPower, done })
    }
  }

  async #perform(command: MachineCommand): Promise<void> {
    const result = await performCommand(this.#machines, command, this.#options.log)
    if (result.kind === 'done' && !result.outcome.ok)
      this.#options.log(`${commandKey(command)}: ${command.kind} failed: ${result.outcome.message}`)
    const draft = new Draft(this.#state)
    applyResult(draft, command, result, this.now())
    this.#become(draft.state)
  }

  async #observe(): Promise<void> {
    this.#observedAt = this.#options.clock.wallNow()
    const before = this.#state
    const running = new Set(await this.#machines.running())
    const draft = new Draft(this.#state)
    const observation = {
      before,
      isRunning: (id: string) => running.has(id),
      isAtWork: (id: string) => this.#underWay.has(`machine ${id}`),
    }
    noteEnded(draft, observation, this.now())
    this.#become(draft.state)
  }

  /** Jumps over a wait in which nothing is at work. */
  #skipIdle(step: Tick): boolean {
    const { skipIdle, skippedMs } = this.settings
    if (!skipIdle || this.#underWay.size > 0 || step.skipTo === undefined) return false
    const ahead = step.skipTo - this.now()
    if (ahead <= 0) return false
    const draft = new Draft(this.#state)
    draft.put(everywhere, 'settings', settingsKey, { ...this.settings, skippedMs: skippedMs + ahead })
    this.#become(draft.state)
    return true
  }

  /** Stops moving, lets what is under way end, and saves. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#isWoken = true
    this.#wait.close()
    await this.#loop
    await Promise.all([...this.#underWay.values()].map(({ done }) => done))
    await this.#options.saved.save(this.#state)
    await this.#options.saved.close()
  }
}
