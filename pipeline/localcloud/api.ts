// Answers one API request: who asks, what, whether it may be, and what comes of it.

import type { Random } from '../ports/index.ts'
import type { Engine } from './engine.ts'
import { operationOf } from './operations/index.ts'
import { type AnyOperation, type Caller, refuseUnhandled } from './operations/operation.ts'
import type { AccessKey } from './store/account.ts'
import { settingsKey } from './store/account.ts'
import { regions } from './store/region.ts'
import { Draft, everywhere, placeKey } from './store/state.ts'
import { decodeInput } from './wire/decode-input.ts'
import { encodeFault, encodeOutput } from './wire/encode-answer.ts'
import { ApiFault, unsupported } from './wire/fault.ts'
import { type Address, addressOf, schemaOf, type WireRequest, type WireResponse } from './wire/request.ts'
import { serviceNamed } from './wire/service.ts'
import { type Claim, checkSignature, claimOf } from './wire/signature.ts'

export interface ApiOptions {
  readonly engine: Engine
  readonly random: Random
  readonly wallNow: () => number
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
    const caller = await authenticate(options, request, claim, address)
    const output = await perform(options, request, address, caller, claim?.region ?? '')
    return encodeOutput(address, output, requestId)
  } catch (cause) {
    if (cause instanceof ApiFault) return encodeFault(address, cause, requestId)
    options.log(`${address?.action ?? request.path}: ${cause instanceof Error ? cause.stack : cause}`)
    return encodeFault(address, new ApiFault('InternalError', 'An internal error has occurred'), requestId)
  }
}

async function authenticate(
  options: ApiOptions,
  request: WireRequest,
  claim: Claim | undefined,
  { service }: Address,
): Promise<Caller> {
  if (claim === undefined) throw new ApiFault('MissingAuthenticationToken', 'Request is missing Authentication Token')
  const key = new Draft(options.engine.state).get(everywhere, 'accessKeys', claim.accessKeyId)
  await checkSignature(request, claim, key, service.faultFamily, options.wallNow())
  if (key === undefined) throw new ApiFault('InvalidClientTokenId', 'The security token included in the request is invalid.')
  if (!(regions as readonly string[]).includes(claim.region)) {
    const code = service.faultFamily === 'ec2' ? 'AuthFailure' : 'SignatureDoesNotMatch'
    throw new ApiFault(code, `Credential should be scoped to a valid region: ${claim.region}`)
  }
  return callerOf(key)
}

function callerOf(key: AccessKey): Caller {
  return { account: key.account, arn: key.arn, userId: key.userId, isSession: key.sessionToken !== undefined }
}

async function perform(
  options: ApiOptions,
  request: WireRequest,
  address: Address,
  caller: Caller,
  region: string,
): Promise<object> {
  const { engine, random, wallNow } = options
  schemaOf(address)
  const operation = operationOf(address.service.name, address.action)
  if (operation === undefined) throw unsupported(`the action ${address.action}`)
  await refuseOnPurpose(engine, address.action)
  const { DryRun: isDryRun, ...input } = decodeInput(request, address)
  refuseUnhandled(address.action, input, operation.handles)
  await engine.catchUp()
  const place = placeKey(caller.account, region)
  const observed = await operation.observe?.(input, place, engine.state, engine.machines)
  const output = await engine.transact((draft) => {
    const call = {
      input,
      draft,
      place,
      account: caller.account,
      region,
      caller,
      now: engine.now(),
      wallNow: wallNow(),
      random,
      network: engine.machines.network,
      observed,
    }
    const value = run(operation, call)
    // "Checks whether you have the required permissions, without actually making the request"; the draft is dropped with the refusal.
    if (isDryRun === true) throw new ApiFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')
    return value
  })
  await engine.catchUp()
  return output
}

function run(operation: AnyOperation, call: Parameters<AnyOperation['run']>[0]): object {
  return operation.run(call)
}

/** A fault an operator has asked for: refuses the action, for so many calls. */
async function refuseOnPurpose(engine: Engine, action: string): Promise<void> {
  const { faults } = engine.settings
  const fault = faults.find((one) => one.kind === 'refuse-action' && one.action === action)
  if (fault?.kind !== 'refuse-action') return
  await engine.transact((draft) => {
    const rest = faults.filter((one) => one !== fault)
    const left = fault.times === undefined ? [fault] : fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
    draft.put(everywhere, 'settings', settingsKey, { ...engine.settings, faults: [...rest, ...left] })
  })
  throw new ApiFault(fault.code, fault.message, fault.status)
}

function uuid(random: Random): string {
  const hex = random.hex(32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
