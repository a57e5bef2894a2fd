// A local cloud in this process: its state, its machines, its endpoint.

import type { Clock, Files, Random } from '../ports/index.ts'
import { type Admin, createAdmin } from './admin.ts'
import { answerApi } from './api.ts'
import { Engine } from './engine.ts'
import type { Machines } from './machines/types.ts'
import type { MetadataSource } from './metadata/facts.ts'
import { createMetadataSource } from './metadata-source.ts'
import { resumed } from './resumed.ts'
import { savedState, unsaved } from './saved-state.ts'
import { createRequestHandler, listen, type RequestHandler } from './server.ts'
import { createDataChannels, type DataChannels } from './sessions/data-channels.ts'
import type { AccessKey } from './store/account.ts'
import { type CloudState, Draft, everywhere, rowsIn } from './store/state.ts'
import { Throttle } from './throttle.ts'

export interface LocalCloudOptions {
  readonly clock: Clock
  readonly random: Random
  /** A function of the cloud's time for machines that live by it. */
  readonly machines: Machines | ((now: () => number) => Machines)
  /** Where the state is kept; without it the cloud ends with the process. */
  readonly storage?: { readonly files: Files; readonly directory: string }
  /** The account whose root key is given out. Twelve digits. */
  readonly homeAccount?: string
  /** Environment of the machines' services, asked at every boot. */
  readonly environment?: () => Readonly<Record<string, string>>
  /** `on-request` is for simulations: nothing moves but by requests, up to the clock's time. Default `background`. */
  readonly drive?: 'background' | 'on-request'
  /** Port on loopback; 0, the default, for a free one. */
  readonly port?: number
  readonly onEgress?: (mode: 'open' | 'closed') => void
  /** Called with every state the cloud comes to, and its time then: for whoever checks what it goes through. */
  readonly onState?: (state: CloudState, now: number) => void
  /** The operator asks for the end; whoever runs the cloud closes it. */
  readonly onShutdown?: () => void
  readonly log?: (line: string) => void
}

export interface RootCredentials {
  readonly account: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface LocalCloud {
  /** `http://127.0.0.1:PORT`: AWS_ENDPOINT_URL. */
  readonly endpoint: string
  readonly credentials: RootCredentials
  readonly adminToken: string
  readonly admin: Admin
  readonly metadata: MetadataSource
  /** The cloud's API for requests that come another way than its own socket. */
  readonly handle: RequestHandler
  /** The cloud's time, in milliseconds since the epoch. */
  now(): number
  /** Starts moving: boots what was running. `startLocalCloud` has done so. */
  begin(): Promise<void>
  /** Moves a simulation to the clock's time. */
  catchUp(): Promise<void>
  /** Powers machines off, keeps their disks, saves. */
  close(): Promise<void>
}

export const defaultHomeAccount = '000000000001'

export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const cloud = await openLocalCloud(options)
  await cloud.begin()
  return cloud
}

/** Everything but the machines: they start with `begin`, when whatever else they need is there. */
export async function openLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { clock, random, machines, storage, drive = 'background', log = () => undefined } = options
  const saved = storage === undefined ? unsaved : savedState(storage.files, `${storage.directory}/state.json`)
  const state = resumed(withHome(await saved.load(random.hex(32)), options.homeAccount ?? defaultHomeAccount, random))
  await saved.save(state)
  let channels: DataChannels | undefined
  const environment = options.environment ?? (() => ({}))
  const onState = (next: CloudState, now: number) => {
    channels?.see(next)
    options.onState?.(next, now)
  }
  const engine: Engine = new Engine(
    { clock, saved, state, environment, drive, log, onState },
    typeof machines === 'function' ? machines : () => machines,
  )
  const adminToken = random.hex(48)
  const admin = createAdmin({
    engine,
    token: adminToken,
    onEgress: options.onEgress ?? (() => undefined),
    onShutdown: options.onShutdown ?? (() => undefined),
  })
  const wallNow = () => clock.wallNow()
  const api = { engine, random, wallNow, log, throttle: new Throttle(), pause: (ms: number) => clock.pause(ms) }
  const handle = createRequestHandler({
    api: inTurn(drive, (request) => answerApi(api, request)),
    admin: admin.answer,
  })
  const opened = createDataChannels({ engine, random, wallNow })
  channels = opened
  const listening = await listen(handle, opened.upgrade, options.port ?? 0, log)
  return {
    endpoint: listening.endpoint,
    credentials: rootOf(state, options.homeAccount ?? defaultHomeAccount),
    adminToken,
    admin,
    metadata: createMetadataSource(engine, random, wallNow),
    handle,
    now: () => engine.now(),
    async begin() {
      await engine.machines.sweep()
      await adoptAgain(engine)
      options.onEgress?.(engine.settings.egress)
      engine.begin()
    },
    catchUp: () => engine.catchUp(),
    async close() {
      opened.close()
      await listening.close()
      await engine.close()
      await engine.machines.close()
    },
  }
}

/** A simulation's requests are answered one after another: each moves the cloud before and after it. */
function inTurn<I, O>(drive: 'background' | 'on-request', answer: (input: I) => Promise<O>): (input: I) => Promise<O> {
  if (drive === 'background') return answer
  let last: Promise<unknown> = Promise.resolve()
  return (input) => {
    const next = last.then(() => answer(input))
    last = next.catch(() => undefined)
    return next
  }
}

/** The home account with its root key, made at the first start. */
function withHome(state: CloudState, account: string, random: Random): CloudState {
  const draft = new Draft(state)
  if (draft.get(everywhere, 'accounts', account) === undefined) draft.put(everywhere, 'accounts', account, { id: account })
  if (rootKey(draft, account) === undefined) {
    const id = `AKIA${random.hex(16).toUpperCase()}`
    const key: AccessKey = {
      id,
      secretAccessKey: random.hex(40),
      account,
      arn: `arn:aws:iam::${account}:root`,
      userId: account,
      isChained: false,
    }
    draft.put(everywhere, 'accessKeys', id, key)
  }
  return draft.state
}

function rootKey(draft: Draft, account: string): AccessKey | undefined {
  return draft.rows(everywhere, 'accessKeys').find((key) => key.account === account && key.sessionToken === undefined)
}

function rootOf(state: CloudState, account: string): RootCredentials {
  const key = rootKey(new Draft(state), account)
  return { account, accessKeyId: key?.id ?? '', secretAccessKey: key?.secretAccessKey ?? '' }
}

async function adoptAgain(engine: Engine): Promise<void> {
  for (const layer of rowsIn(engine.state, everywhere, 'layers')) {
    if (layer.rootDirectory !== undefined) await engine.machines.adoptLayer(layer.id, layer.rootDirectory)
  }
}
