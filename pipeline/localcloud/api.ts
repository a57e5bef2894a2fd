// Answers one API request: who asks, what, whether it may be, and what comes of it.

import type { Random } from '../ports/index.ts'
import { refuseUnauthorised } from './authorization/index.ts'
import type { Engine } from './engine.ts'
import { refuseUnhandledFilter } from './operations/filters.ts'
import { operationOf } from './operations/index.ts'
import { type AnyOperation, type Caller, refuseUnhandled } from './operations/operation.ts'
import type { AccessKey } from './store/account.ts'
import { type Fault, settingsKey } from './store/account.ts'
import { aimed } from './store/aim.ts'
import { regions } from './store/region.ts'
import { Draft, everywhere, placeKey } from './store/state.ts'
import { type Throttle, tollsOf } from './throttle.ts'
import { decodeInput } from './wire/decode-input.ts'
import { encodeFault, encodeOutput } from './wire/encode-answer.ts'
import { ApiFault, unsupported } from './wire/fault.ts'
import { type Address, addressOf, needsNoKey, schemaOf, type WireRequest, type WireResponse } from './wire/request.ts'
import { serviceNamed } from './wire/service.ts'
import { type Claim, checkSignature, claimOf, misscoped } from './wire/signature.ts'

export interface ApiOptions {
  readonly engine: Engine
  readonly random: Random
  readonly wallNow: () => number
  readonly throttle: Throttle
  readonly pause: (ms: number) => Promise<void>
  readonly log: (line: string) => void
}

export async function answerApi(options: ApiOptions, request: WireRequest): Promise<WireResponse> {
  const requestId = uuid(options.random)
  let address: Address | undefined
  try {
    const claim = claimOf(request)
    const scoped = claim === undefined ? undefined : serviceNamed(claim.service)
    if (claim !== undefined && scoped === undefined) throw unsupported(`the service ${claim.service}`)
    address = addressOf(request, scoped)
    const caller = authenticate(options, request, claim, address)
    const output = await perform(options, request, address, caller, claim?.region ?? globalRegion)
    return encodeOutput(address, output, requestId)
  } catch (cause) {
    if (cause instanceof ApiFault) return encodeFault(address, cause, requestId)
    if (cause instanceof LostConnection) return { status: 0, headers: {}, body: '', isLost: true }
    options.log(`${address?.action ?? request.path}: ${cause instanceof Error ? cause.stack : cause}`)
    return encodeFault(address, new ApiFault('InternalError', 'An internal error has occurred'), requestId)
  }
}

/** Where a request without a scope is taken to be: the global endpoint's region. */
const globalRegion = 'us-east-1'

/** Whoever shows a token instead of a key. */
const nobody: Caller = { account: '', arn: 'anonymous', userId: 'anonymous', isSession: false }

function authenticate(options: ApiOptions, request: WireRequest, claim: Claim | undefined, address: Address): Caller {
  const { service } = address
  if (needsNoKey(address)) return nobody
  if (claim === undefined) throw new ApiFault('MissingAuthenticationToken', 'Request is missing Authentication Token')
  const key = new Draft(options.engine.state).get(everywhere, 'accessKeys', claim.accessKeyId)
  checkSignature(request, claim, key, service.faultFamily, options.wallNow())
  if (key === undefined) throw new ApiFault('InvalidClientTokenId', 'The security token included in the request is invalid.')
  // A target or a path says by itself which service it is for.
  if (claim.service !== service.name) throw misscoped(service.faultFamily, `correct service: '${service.name}'.`)
  if (!(regions as readonly string[]).includes(claim.region))
    throw misscoped(service.faultFamily, `a valid region: ${claim.region}`)
  return callerOf(key)
}

function callerOf(key: AccessKey): Caller {
  const { account, arn, userId, sessionPolicies: policies = [], sessionTags: tags = {}, transitiveTagKeys = [] } = key
  const role = /:assumed-role\/([^/]+)\//.exec(arn)?.[1]
  const session = role === undefined ? {} : { session: { role, policies, tags, transitiveTagKeys } }
  return { account, arn, userId, isSession: key.sessionToken !== undefined, ...session }
}

async function perform(
  options: ApiOptions,
  request: WireRequest,
  address: Address,
  caller: Caller,
  region: string,
): Promise<object> {
  const { engine, random, wallNow, throttle } = options
  schemaOf(address)
  const operation = operationOf(address.service.name, address.action)
  if (operation === undefined) throw unsupported(`the action ${address.action}`)
  const isAnswerLost = await disturb(options, address.action)
  const { DryRun: isDryRun, ...input } = decodeInput(request, address)
  refuseUnhandled(address.action, input, operation.handles)
  if (operation.filters !== undefined) refuseUnhandledFilter(address.action, input, operation.filters)
  await engine.catchUp()
  const place = placeKey(caller.account, region)
  const circumstances = { region, wallNow: wallNow(), sourceAddress: request.sourceAddress }
  // Whoever may not do it is told so before anything of the request is looked at, and with DryRun too.
  const draft = new Draft(engine.state)
  refuseUnauthorised(
    { draft, caller, circumstances, family: address.service.faultFamily },
    address.service.name,
    address.action,
    { input, draft, place, account: caller.account, region, network: engine.machines.network, now: engine.now() },
  )
  const { throttleScale } = engine.settings
  if (throttleScale) throttle.pay(place, tollsOf(address.service.name, address.action, input), throttleScale, wallNow())
  const observed = await operation.observe?.(input, place, engine.state, engine.machines)
  const perform = (draft: Draft) =>
    run(operation, {
      input,
      draft,
      place,
      account: caller.account,
      region,
      caller,
      now: engine.now(),
      wallNow: wallNow(),
      random,
      sourceAddress: request.sourceAddress,
      host: request.headers.host,
      network: engine.machines.network,
      observed,
    })
  const stale = isDryRun === true ? undefined : readBehind(options, address, perform)
  if (stale !== undefined) return stale
  const output = await engine.transact((draft) => {
    const value = perform(draft)
    // "Checks whether you have the required permissions, without actually making the request"; the draft is dropped with the refusal.
    if (isDryRun === true) throw dryRun(address)
    return value
  })
  await engine.catchUp()
  if (isAnswerLost) throw new LostConnection()
  return output
}

/**
 * "The result of an API command might not be immediately visible to subsequent commands" [doc: eventual-consistency]: what a copy of the state
 * answers that is behind by a time drawn for each read. Undefined when reads see every write, and for whatever would write.
 */
function readBehind(
  { engine, random }: ApiOptions,
  { service, action }: Address,
  perform: (draft: Draft) => object,
): object | undefined {
  const { readLagMs = 0 } = engine.settings
  if (readLagMs === 0 || service.name !== 'ec2' || !/^(Describe|Get)/.test(action)) return undefined
  const draft = new Draft(engine.stateBehind(random.below(readLagMs + 1)))
  const before = draft.state
  const value = perform(draft)
  // The first look at a region makes its network, and that has to last.
  return draft.state === before ? value : undefined
}

function dryRun({ service }: Address): ApiFault {
  const code = service.faultFamily === 'json' ? 'DryRunOperationException' : 'DryRunOperation'
  return new ApiFault(code, 'Request would have succeeded, but DryRun flag is set.', 412)
}

function run(operation: AnyOperation, call: Parameters<AnyOperation['run']>[0]): object {
  return operation.run(call)
}

/** The client hears nothing more of this request. */
class LostConnection extends Error {}

/** What an operator has asked to go wrong with an action. True when the answer must not arrive. */
async function disturb({ engine, random, pause }: ApiOptions, action: string): Promise<boolean> {
  const fault = await faultThatHits(engine, random, action)
  if (fault === undefined) return false
  if (fault.kind === 'refuse-action') throw new ApiFault(fault.code, fault.message, fault.status)
  if (fault.how === 'lose-request') throw new LostConnection()
  if (fault.how === 'delay') await pause(fault.delayMs ?? 1_000)
  return fault.how === 'lose-answer'
}

type ActionFault = Extract<Fault, { readonly action: string }>

/** The first fault of that action, when it is the turn of this call; what it counts goes on. */
async function faultThatHits(engine: Engine, random: Random, action: string): Promise<ActionFault | undefined> {
  const { faults } = engine.settings
  const fault = faults.find((one): one is ActionFault => 'action' in one && one.action === action)
  if (fault === undefined) return undefined
  const { isHit, left } = aimed(fault, random.below)
  if (left !== fault) {
    const others = faults.filter((one) => one !== fault)
    const next = left === undefined ? others : [...others, left]
    await engine.transact((draft) => draft.put(everywhere, 'settings', settingsKey, { ...engine.settings, faults: next }))
  }
  return isHit ? fault : undefined
}

function uuid(random: Random): string {
  const hex = random.hex(32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
