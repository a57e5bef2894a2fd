// StartSession, ResumeSession, TerminateSession and DescribeSessions: their channels are in pipeline/localcloud/sessions.

import type {
  DescribeSessionsRequest,
  DescribeSessionsResponse,
  ResumeSessionRequest,
  ResumeSessionResponse,
  StartSessionRequest,
  StartSessionResponse,
  TerminateSessionRequest,
  TerminateSessionResponse,
} from '@aws-sdk/client-ssm'
import { isConnected } from '../../store/connected-session.ts'
import type { MachineSession } from '../../store/machine-session.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { type Call, operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { sessionTargets } from './managed.ts'

/** With the defaults of their own parameters; the first carries one connection, the second all that come to its local port. */
const documents: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'AWS-StartSSHSession': { portNumber: '22' },
  'AWS-StartPortForwardingSession': { portNumber: '80', localPortNumber: '0' },
}

export const startSession = operation<StartSessionRequest, StartSessionResponse, readonly string[]>({
  handles: ['Target', 'DocumentName', 'Parameters', 'Reason'],
  observe: (input, place, state, machines) => sessionTargets(state, place, machines, input.Target ?? ''),
  run(call) {
    const { input, draft, place, caller, now, random, observed } = call
    const { Target: target, DocumentName: documentName } = input
    if (!target) throw new ApiFault('ValidationException', 'Target must not be null.')
    if (documentName === undefined) throw unsupported('a session without DocumentName, which is a shell')
    const parameters = parametersOf(documentName, input.Parameters ?? {})
    if (!observed.includes(target)) throw new ApiFault('TargetNotConnected', `${target} is not connected.`)
    forgetOld(draft, place, now)
    const session: MachineSession = {
      // "drover-…-0a1b…": the name of the role's session, then its own.
      id: `${caller.session === undefined ? 'root' : caller.arn.split('/').at(-1)}-${draft.mintHex(17)}`,
      target,
      owner: caller.arn,
      userId: caller.userId,
      documentName,
      port: Number(parameters.portNumber),
      ...(parameters.localPortNumber === undefined ? {} : { localPort: parameters.localPortNumber }),
      token: random.hex(64),
      startedAt: now,
    }
    draft.put(place, 'machineSessions', session.id, session)
    return opened(call, session)
  },
})

/** The token of before opens nothing any more. Without one in the answer, the plugin takes the session for timed out (its own source). */
export const resumeSession = operation<ResumeSessionRequest, ResumeSessionResponse>({
  handles: ['SessionId'],
  run(call) {
    const { draft, place, random } = call
    const session = known(draft, place, call.input.SessionId)
    if (!isConnected(draft, place, session)) return { SessionId: session.id }
    const renewed = { ...session, token: random.hex(64) }
    draft.put(place, 'machineSessions', session.id, renewed)
    return opened(call, renewed)
  },
})

export const terminateSession = operation<TerminateSessionRequest, TerminateSessionResponse>({
  handles: ['SessionId'],
  run({ input, draft, place }) {
    const session = known(draft, place, input.SessionId)
    if (!session.isEnded) draft.change(place, 'machineSessions', session.id, { isEnded: true })
    return { SessionId: session.id }
  },
})

export const describeSessions = operation<DescribeSessionsRequest, DescribeSessionsResponse>({
  handles: ['State', 'Filters', 'MaxResults', 'NextToken'],
  run({ input, draft, place }) {
    const isActive = input.State === 'Active'
    const targets = (input.Filters ?? []).map(({ key, value }) => {
      if (key !== 'Target') throw unsupported(`the filter ${key} of DescribeSessions`)
      return value
    })
    const rows = draft
      .rows(place, 'machineSessions')
      .filter((session) => isConnected(draft, place, session) === isActive)
      .filter(({ target }) => targets.every((wanted) => wanted === target))
    const request = { size: input.MaxResults, token: input.NextToken, largest: 200, badToken: 'InvalidNextToken' }
    const page = pageOf(rows, ({ id }) => id, request)
    return {
      NextToken: page.nextToken,
      Sessions: page.rows.map(({ id, target, owner, documentName, startedAt }) => ({
        SessionId: id,
        Target: target,
        Status: isActive ? ('Connected' as const) : ('Terminated' as const),
        Owner: owner,
        DocumentName: documentName,
        StartDate: new Date(startedAt),
      })),
    }
  },
})

/** AWS's answer to a session it does not know is not documented for all of them; ResumeSession's stands for them [inferred]. */
function known(draft: Draft, place: PlaceKey, id: string | undefined): MachineSession {
  const session = draft.get(place, 'machineSessions', id ?? '')
  if (session === undefined) throw new ApiFault('DoesNotExistException', `Session ${id} does not exist.`)
  return session
}

/** AWS's own endpoint of channels is another; here it is the one that was asked. */
function opened({ host = '127.0.0.1' }: Call<unknown, unknown>, { id, token }: MachineSession) {
  const StreamUrl = `ws://${host}/v1/data-channel/${encodeURIComponent(id)}?role=publish_subscribe`
  return { SessionId: id, StreamUrl, TokenValue: token }
}

function parametersOf(name: string, given: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, string>> {
  const defaults = documents[name]
  if (defaults === undefined) throw new ApiFault('InvalidDocument', `Document with name ${name} does not exist.`)
  const stray = Object.keys(given).find((parameter) => defaults[parameter] === undefined)
  if (stray !== undefined) throw unsupported(`Parameters.${stray} of ${name}`)
  const parameters = Object.entries(defaults).map(([parameter, value]) => [parameter, given[parameter]?.[0] ?? value] as const)
  for (const [parameter, value] of parameters) {
    const lowest = parameter === 'portNumber' ? 1 : 0
    if (!/^\d{1,5}$/.test(value) || Number(value) < lowest || Number(value) > 65_535)
      throw new ApiFault('ValidationException', `${parameter} is a port, not ${value}.`)
  }
  return Object.fromEntries(parameters)
}

/** "The last 30 days" are kept [doc: API_DescribeSessions]. */
const keptMs = 30 * 86_400_000

function forgetOld(draft: Draft, place: PlaceKey, now: number): void {
  for (const { id, startedAt } of draft.rows(place, 'machineSessions')) {
    if (now - startedAt > keptMs) draft.remove(place, 'machineSessions', id)
  }
}
