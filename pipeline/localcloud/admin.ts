// The operator's door: what AWS does by itself or in a console (accounts, vendor images, profiles), the clock and faults.

import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { ProblemError } from '../kernel/index.ts'
import type { Engine } from './engine.ts'
import { adminPath } from './server.ts'
import { type CloudSettings, settingsKey } from './store/account.ts'
import type { Image } from './store/image.ts'
import { regions } from './store/region.ts'
import { type Draft, everywhere, placeKey } from './store/state.ts'
import type { WireRequest, WireResponse } from './wire/protocol.ts'

const account = z.string().regex(/^\d{12}$/)
const region = z.enum(regions)

/** What each action of the door takes. */
const inputs = {
  'add-account': z.strictObject({ id: account }),
  'add-instance-profile': z.strictObject({ account, name: z.string().min(1), role: z.string().min(1) }),
  'seed-image': z.strictObject({
    owner: account,
    name: z.string().min(3),
    description: z.string().default(''),
    architecture: z.enum(['x86_64', 'arm64']).default('x86_64'),
    regions: z.array(region).min(1),
    /** A folder on this machine; adopted as a layer without a copy. */
    rootDirectory: z.string().startsWith('/'),
    sizeGib: z.number().int().positive().default(8),
  }),
  'set-clock': z.strictObject({ skipIdle: z.boolean() }),
  'set-egress': z.strictObject({ mode: z.enum(['open', 'closed']) }),
  'set-faults': z.strictObject({
    faults: z.array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('full-subnet'), zone: z.string() }),
        z.strictObject({ kind: z.literal('insufficient-capacity'), zone: z.string() }),
        z.strictObject({
          kind: z.literal('refuse-action'),
          action: z.string(),
          code: z.string(),
          message: z.string(),
          status: z.number().int().default(400),
          times: z.number().int().positive().optional(),
        }),
      ]),
    ),
  }),
  'end-sessions': z.strictObject({ account: account.optional() }),
  shutdown: z.strictObject({}),
  status: z.strictObject({}),
} as const

export type AdminAction = keyof typeof inputs
export type AdminInput<A extends AdminAction> = z.input<(typeof inputs)[A]>

export interface AdminOutputs {
  'add-account': object
  'add-instance-profile': object
  /** The image's ID in each region. */
  'seed-image': { readonly images: Readonly<Record<string, string>> }
  'set-clock': object
  'set-egress': object
  'set-faults': object
  'end-sessions': { readonly ended: number }
  /** Answered at once; machines are powered off and the state saved before the process ends. */
  shutdown: object
  status: CloudStatus
}

export interface CloudStatus {
  /** The cloud's time and how far it is ahead of the wall's, in milliseconds. */
  readonly now: number
  readonly skippedMs: number
  readonly skipIdle: boolean
  readonly egress: 'open' | 'closed'
  readonly accounts: readonly string[]
  readonly instances: readonly {
    readonly id: string
    readonly account: string
    readonly region: string
    readonly state: string
    readonly imageId: string
    readonly address: string
  }[]
  readonly groups: readonly {
    readonly name: string
    readonly account: string
    readonly region: string
    readonly desired: number
    readonly inService: number
  }[]
  readonly images: number
}

export interface AdminOptions {
  readonly engine: Engine
  /** What the door asks for, as a bearer token. */
  readonly token: string
  readonly onEgress: (mode: 'open' | 'closed') => void
  readonly onShutdown: () => void
}

export interface Admin {
  call<A extends AdminAction>(action: A, input: AdminInput<A>): Promise<AdminOutputs[A]>
  /** The same over HTTP: POST /_drover/ACTION with a JSON body. */
  answer(request: WireRequest): Promise<WireResponse>
}

export function createAdmin(options: AdminOptions): Admin {
  const call = async <A extends AdminAction>(action: A, input: unknown): Promise<AdminOutputs[A]> => {
    const parsed = inputs[action].safeParse(input)
    if (!parsed.success) throw new ProblemError({ code: 'bad-argument', message: `${action}: ${z.prettifyError(parsed.error)}` })
    const act = actions[action] as (options: AdminOptions, input: unknown) => Promise<AdminOutputs[A]>
    return act(options, parsed.data)
  }
  return { call, answer: (request) => answer(options, request, call) }
}

async function answer(
  options: AdminOptions,
  request: WireRequest,
  call: (action: AdminAction, input: unknown) => Promise<object>,
): Promise<WireResponse> {
  if (!isAllowed(request.headers.authorization ?? '', options.token)) return json(403, { error: 'wrong token' })
  const action = request.path.slice(adminPath.length)
  if (request.method !== 'POST' || !Object.hasOwn(inputs, action)) return json(404, { error: `no such action: ${action}` })
  try {
    const text = Buffer.from(request.body).toString('utf8')
    return json(200, await call(action as AdminAction, text === '' ? {} : JSON.parse(text)))
  } catch (cause) {
    if (cause instanceof ProblemError || cause instanceof SyntaxError) return json(400, { error: cause.message })
    throw cause
  }
}

function isAllowed(header: string, token: string): boolean {
  const given = Buffer.from(header)
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.byteLength === wanted.byteLength && timingSafeEqual(given, wanted)
}

function json(status: number, body: object): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

type Act<A extends AdminAction> = (options: AdminOptions, input: z.output<(typeof inputs)[A]>) => Promise<AdminOutputs[A]>

const actions: { readonly [A in AdminAction]: Act<A> } = {
  'add-account': async ({ engine }, { id }) => {
    await engine.transact((draft) => draft.put(everywhere, 'accounts', id, { id }))
    return {}
  },
  'add-instance-profile': async ({ engine }, { account: owner, name, role }) => {
    await engine.transact((draft) => {
      const known = draft.get(everywhere, 'instanceProfiles', `${owner}/${name}`)
      const id = known?.id ?? `AIPA${draft.mintHex(17).toUpperCase()}`
      draft.put(everywhere, 'instanceProfiles', `${owner}/${name}`, {
        account: owner,
        name,
        id,
        roleName: role,
        createdAt: engine.now(),
        tags: {},
      })
    })
    return {}
  },
  'seed-image': seedImage,
  'set-clock': async ({ engine }, { skipIdle }) => {
    await changeSettings(engine, { skipIdle })
    return {}
  },
  'set-egress': async ({ engine, onEgress }, { mode }) => {
    await changeSettings(engine, { egress: mode })
    onEgress(mode)
    return {}
  },
  'set-faults': async ({ engine }, { faults }) => {
    await changeSettings(engine, { faults: faults as CloudSettings['faults'] })
    return {}
  },
  'end-sessions': async ({ engine }, { account: of }) => ({
    ended: await engine.transact((draft) => {
      const sessions = draft
        .rows(everywhere, 'accessKeys')
        .filter((key) => key.sessionToken !== undefined && (of === undefined || key.account === of))
      for (const session of sessions) draft.change(everywhere, 'accessKeys', session.id, { expiresAt: 0 })
      return sessions.length
    }),
  }),
  shutdown: async ({ onShutdown }) => {
    onShutdown()
    return {}
  },
  status: async ({ engine }) => statusOf(engine),
}

async function changeSettings(engine: Engine, changes: Partial<CloudSettings>): Promise<void> {
  await engine.transact((draft) => draft.put(everywhere, 'settings', settingsKey, { ...engine.settings, ...changes }))
}

/** One layer, one image a region, all public: what a vendor publishes. The same again returns the same images. */
async function seedImage(
  { engine }: AdminOptions,
  input: z.output<(typeof inputs)['seed-image']>,
): Promise<AdminOutputs['seed-image']> {
  const known = input.regions.map((place) => engineImage(engine, input.owner, place, input.name))
  if (known.every((image) => image !== undefined))
    return { images: Object.fromEntries(input.regions.map((place, index) => [place, known[index]?.id ?? ''])) }
  const layerId = await engine.transact((draft) => draft.mint('layer'))
  const adopted = await engine.machines.adoptLayer(layerId, input.rootDirectory)
  if (!adopted.ok)
    throw new ProblemError({ code: 'not-found', message: `${input.rootDirectory} cannot be a base: ${adopted.message}` })
  return engine.transact((draft) => {
    draft.put(everywhere, 'accounts', input.owner, { id: input.owner })
    draft.put(everywhere, 'layers', layerId, { id: layerId, rootDirectory: input.rootDirectory })
    return {
      images: Object.fromEntries(input.regions.map((place) => [place, seedInto(draft, place, layerId, input, engine.now())])),
    }
  })
}

function engineImage(engine: Engine, owner: string, place: string, name: string): Image | undefined {
  return Object.values(engine.state.places[placeKey(owner, place)]?.images ?? {}).find((image) => image.name === name)
}

function seedInto(
  draft: Draft,
  place: string,
  layerId: string,
  input: z.output<(typeof inputs)['seed-image']>,
  now: number,
): string {
  const key = placeKey(input.owner, place)
  const snapshotId = draft.mint('snap')
  draft.put(key, 'snapshots', snapshotId, {
    id: snapshotId,
    owner: input.owner,
    region: place,
    volumeId: 'vol-ffffffff',
    size: input.sizeGib,
    encrypted: false,
    state: 'completed',
    startedAt: now,
    description: input.description,
    sharedWith: [],
    isPublic: true,
    layers: [layerId],
    tags: {},
  })
  const image: Image = {
    id: draft.mint('ami'),
    region: place,
    owner: input.owner,
    name: input.name,
    description: input.description,
    state: 'available',
    architecture: input.architecture,
    createdAt: now,
    protection: 'disabled',
    rootDeviceName: '/dev/xvda',
    blockDevices: [
      { deviceName: '/dev/xvda', snapshotId, size: input.sizeGib, type: 'gp3', encrypted: false, deleteOnTermination: true },
    ],
    layers: [layerId],
    isPublic: true,
    launchAccounts: [],
    launchOrganisations: [],
    tags: {},
  }
  draft.put(key, 'images', image.id, image)
  return image.id
}

function statusOf(engine: Engine): CloudStatus {
  const { skippedMs, skipIdle, egress } = engine.settings
  const places = Object.entries(engine.state.places).map(([key, rows]) => {
    const [owner = '', where = ''] = key.split('/')
    return { account: owner, region: where, rows }
  })
  return {
    now: engine.now(),
    skippedMs,
    skipIdle,
    egress,
    accounts: Object.keys(engine.state.places[everywhere]?.accounts ?? {}),
    instances: places.flatMap(({ account: owner, region: where, rows }) =>
      Object.values(rows.instances ?? {}).map(({ id, state, imageId, address }) => ({
        id,
        account: owner,
        region: where,
        state,
        imageId,
        address,
      })),
    ),
    groups: places.flatMap(({ account: owner, region: where, rows }) =>
      Object.values(rows.groups ?? {}).map(({ name, desired, members }) => ({
        name,
        account: owner,
        region: where,
        desired,
        inService: members.filter((member) => member.lifecycle === 'InService').length,
      })),
    ),
    images: places.reduce((sum, { rows }) => sum + Object.keys(rows.images ?? {}).length, 0),
  }
}
