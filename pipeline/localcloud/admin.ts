// The operator's door: what AWS does by itself or in a console (accounts, vendor images, profiles), the clock and faults.

import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { ProblemError } from '../kernel/index.ts'
import { addKmsKey } from './add-kms-key.ts'
import { type AdminAction, type AdminInput, type AdminParsed, adminInputs } from './admin-inputs.ts'
import { type CloudStatus, statusOf } from './cloud-status.ts'
import type { Engine } from './engine.ts'
import { setFaults } from './reconcile/faults.ts'
import { seedImage } from './seed-image.ts'
import { adminPath } from './server.ts'
import { type CloudSettings, identityProviderArn, settingsKey } from './store/account.ts'
import { everywhere, placeKey } from './store/state.ts'
import type { WireRequest, WireResponse } from './wire/request.ts'

export interface AdminOutputs {
  'add-account': object
  'add-identity-provider': { readonly arn: string }
  'add-instance-profile': object
  'add-kms-key': { readonly arn: string }
  /** The image's ID in each region. */
  'seed-image': { readonly images: Readonly<Record<string, string>> }
  'set-clock': object
  'set-egress': object
  'set-faults': object
  'set-simulated': object
  'set-throttling': object
  'set-consistency': object
  'set-drains': object
  'set-control-plane': object
  'end-sessions': { readonly ended: number }
  /** Answered at once; machines are powered off and the state saved before the process ends. */
  shutdown: object
  status: CloudStatus
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
    const parsed = adminInputs[action].safeParse(input)
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
  if (request.method !== 'POST' || !Object.hasOwn(adminInputs, action)) return json(404, { error: `no such action: ${action}` })
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

type Act<A extends AdminAction> = (options: AdminOptions, input: AdminParsed<A>) => Promise<AdminOutputs[A]>

const actions: { readonly [A in AdminAction]: Act<A> } = {
  'add-account': async ({ engine }, { id, organisation }) => {
    const row = { id, ...(organisation === undefined ? {} : { organisation }) }
    await engine.transact((draft) => draft.put(everywhere, 'accounts', id, row))
    return {}
  },
  'add-identity-provider': async ({ engine }, provider) => {
    const arn = identityProviderArn(provider.account, provider.issuer)
    await engine.transact((draft) => draft.put(everywhere, 'identityProviders', arn, provider))
    return { arn }
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
  'add-kms-key': ({ engine }, input) => addKmsKey(engine, input),
  'seed-image': ({ engine }, input) => seedImage(engine, input),
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
    await engine.transact((draft) => {
      const identified = faults.map((fault) => (fault.kind === 'machine' ? { ...fault, id: draft.mintHex(8) } : fault))
      setFaults(draft, identified as CloudSettings['faults'])
    })
    return {}
  },
  'set-simulated': async ({ engine }, { targets }) => {
    await changeSettings(engine, { simulated: targets })
    return {}
  },
  'set-throttling': async ({ engine }, { scale }) => {
    await changeSettings(engine, { throttleScale: scale })
    return {}
  },
  'set-consistency': async ({ engine }, { readLagMs }) => {
    await changeSettings(engine, { readLagMs })
    return {}
  },
  'set-drains': async ({ engine }, { drains }) => {
    await changeSettings(engine, { drains })
    return {}
  },
  'set-control-plane': async ({ engine }, { account, region, cluster, endpoint, authority }) => {
    await engine.transact((draft) => {
      if (draft.get(placeKey(account, region), 'clusters', cluster) === undefined) {
        throw new ProblemError({ code: 'bad-argument', message: `there is no cluster ${cluster} in ${account}/${region}` })
      }
      draft.change(placeKey(account, region), 'clusters', cluster, { controlPlane: { endpoint, authority } })
    })
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
