// Two traces of the same chain, one of AWS and one of the local cloud: what one side answers and the other does not. Pure.

import type { TracedCall } from './traced-call.ts'

export type Side = 'aws' | 'local'

/** `matters`: drover reads what differs there, or its chain went another way. */
export type Difference = { readonly action: string; readonly matters: boolean } & (
  | { readonly kind: 'action'; readonly only: Side }
  | { readonly kind: 'error'; readonly only: Side; readonly code: string }
  | { readonly kind: 'member'; readonly only: Side; readonly member: string }
  | { readonly kind: 'type'; readonly member: string; readonly aws: readonly string[]; readonly local: readonly string[] }
  | { readonly kind: 'value'; readonly only: Side; readonly member: string; readonly value: string }
  /** The list was always empty there: nothing can be said of what it holds. */
  | { readonly kind: 'empty'; readonly side: Side; readonly member: string }
  /** What things went through, each once, that the other side shows nothing like. */
  | { readonly kind: 'states'; readonly only: Side; readonly member: string; readonly sequence: readonly string[] }
)

export interface Comparison {
  readonly actions: number
  readonly calls: Readonly<Record<Side, number>>
  readonly differences: readonly Difference[]
}

/** Whether drover reads that member (`Images[].State`) of that action's answer. */
export type IsRead = (action: string, member: string) => boolean

const sides = ['aws', 'local'] as const

/** Calls are put together by their action, whenever they were made: how often something was polled makes no difference. */
export function compareTraces(traces: Readonly<Record<Side, readonly TracedCall[]>>, isRead: IsRead): Comparison {
  const aws = byAction(traces.aws)
  const local = byAction(traces.local)
  const actions = [...new Set([...aws.keys(), ...local.keys()])].sort()
  const differences = actions.flatMap((action): readonly Difference[] => {
    const seen = { aws: aws.get(action), local: local.get(action) }
    if (seen.aws === undefined) return [{ kind: 'action', action, only: 'local', matters: !isEnding(action) }]
    if (seen.local === undefined) return [{ kind: 'action', action, only: 'aws', matters: !isEnding(action) }]
    const both = { aws: summarised(seen.aws), local: summarised(seen.local) }
    const reads = (member: string) => isRead(action, member)
    return [...errorsOf(action, both), ...membersOf(action, both, reads), ...statesOf(action, both, reads)]
  })
  return { actions: actions.length, calls: { aws: traces.aws.length, local: traces.local.length }, differences }
}

/** What one side showed of one action, all its calls together. */
interface Summary {
  readonly errors: ReadonlySet<string>
  /** Types and values by member. */
  readonly members: ReadonlyMap<string, ReadonlySet<string>>
  /** By member what each thing went through, joined by `→`. */
  readonly sequences: ReadonlyMap<string, ReadonlySet<string>>
}

type Both = Readonly<Record<Side, Summary>>

function byAction(calls: readonly TracedCall[]): ReadonlyMap<string, readonly TracedCall[]> {
  const grouped = new Map<string, TracedCall[]>()
  for (const call of calls) {
    const action = `${call.service} ${call.action}`
    const group = grouped.get(action) ?? []
    group.push(call)
    grouped.set(action, group)
  }
  return grouped
}

function summarised(calls: readonly TracedCall[]): Summary {
  const members = new Map<string, Set<string>>()
  const passed = new Map<string, Map<string, string[]>>()
  for (const { answer, states } of calls) {
    for (const [member, types] of Object.entries(answer)) {
      const known = members.get(member) ?? new Set()
      for (const type of types) known.add(type)
      members.set(member, known)
    }
    for (const { thing, member, value } of states) {
      const things = passed.get(member) ?? new Map<string, string[]>()
      const sequence = things.get(thing) ?? []
      if (sequence.at(-1) !== value) sequence.push(value)
      passed.set(member, things.set(thing, sequence))
    }
  }
  const sequences = [...passed].map(([member, things]): [string, Set<string>] => [
    member,
    new Set([...things.values()].map((sequence) => sequence.join(arrow))),
  ])
  return {
    errors: new Set(calls.flatMap(({ errorCode }) => errorCode ?? [])),
    members,
    sequences: new Map(sequences),
  }
}

const arrow = '→'

/** States so short that a poll may miss them. */
const fleeting = new Set(['=pending', '=Pending', '=shutting-down', '=Terminating', '=Cancelling', '=PreInService'])

/**
 * Members that are answered only for such a while: "Provides more details about the current status" of an instance refresh, which
 * has any only where it waits or has failed [doc: API_InstanceRefresh].
 */
const fleetingMembers = new Set(['AutoScaling DescribeInstanceRefreshes InstanceRefreshes[].StatusReason'])

/** Of what type a thing is says what was made, not how it is answered for. */
function isKind(member: string): boolean {
  return member.endsWith('.ResourceType')
}

/** What a teardown still finds, and how often it must ask, is a matter of moments. */
function isEnding(action: string): boolean {
  return / (Delete|Deregister|Terminate)/.test(action)
}

/** AWS turns callers away when they are many, and loses answers: neither says that it does something else. */
const passing =
  /^(RequestLimitExceeded|Throttl.*|TooManyRequestsException|E[A-Z]+|TimeoutError|ServiceUnavailable|Unavailable|InternalError)$/

function errorsOf(action: string, both: Both): readonly Difference[] {
  return sides.flatMap((only) =>
    [...both[only].errors]
      .filter((code) => !both[otherOf(only)].errors.has(code))
      .map((code): Difference => ({ kind: 'error', action, only, code, matters: !passing.test(code) && !isEnding(action) })),
  )
}

function membersOf(action: string, both: Both, reads: (member: string) => boolean): readonly Difference[] {
  const missing = sides.flatMap((only) => missingOf(action, only, both, reads))
  const shared = [...both.aws.members.keys()].filter((member) => both.local.members.has(member))
  const differing = shared.flatMap((member) => {
    const matters = reads(member)
    const [aws, local] = [both.aws, both.local].map(({ members }) => [...(members.get(member) ?? [])].sort()) as [
      string[],
      string[],
    ]
    const values = sides.flatMap((only) => {
      const others = only === 'aws' ? local : aws
      return (only === 'aws' ? aws : local)
        .filter((type) => type.startsWith('=') && !others.includes(type))
        .map(
          (type): Difference => ({
            kind: 'value',
            action,
            only,
            member,
            value: type.slice(1),
            matters: matters && !fleeting.has(type) && !isKind(member),
          }),
        )
    })
    const isSame = typesOf(aws) === typesOf(local)
    return isSame ? values : [{ kind: 'type', action, member, aws, local, matters } as const]
  })
  return [...missing, ...differing]
}

/** An enumerated value is a string of AWS's own. */
function typesOf(types: readonly string[]): string {
  return [...new Set(types.map((type) => (type.startsWith('=') ? 'string' : type)))].sort().join(' ')
}

/** The uppermost only: what is not there has no members either. */
function missingOf(action: string, only: Side, both: Both, reads: (member: string) => boolean): readonly Difference[] {
  const theirs = both[otherOf(only)].members
  const gone = [...both[only].members.keys()].filter((member) => !theirs.has(member))
  const tops = new Map<string, Difference>()
  for (const member of gone) {
    const list = emptyListAbove(member, theirs)
    if (list !== undefined) {
      tops.set(list, { kind: 'empty', action, side: otherOf(only), member: list, matters: false })
    } else if (!parentsOf(member).some((parent) => gone.includes(parent))) {
      const isNeeded = gone.some(
        (one) => (one === member || one.startsWith(`${member}.`) || one.startsWith(`${member}[`)) && reads(one),
      )
      tops.set(member, { kind: 'member', action, only, member, matters: isNeeded && !fleetingMembers.has(`${action} ${member}`) })
    }
  }
  return [...tops.values()]
}

function emptyListAbove(member: string, theirs: Summary['members']): string | undefined {
  return parentsOf(member).find(
    (parent) => theirs.get(parent)?.has('list') && ![...theirs.keys()].some((one) => one.startsWith(`${parent}[]`)),
  )
}

/** `Images[].Tags[].Key` has `Images`, `Images[]`, `Images[].Tags`, `Images[].Tags[]`. */
function parentsOf(member: string): readonly string[] {
  return [...member.matchAll(/\.|\[\]/g)]
    .flatMap(({ 0: mark, index }) =>
      mark === '.' ? [member.slice(0, index)] : [member.slice(0, index), member.slice(0, index + 2)],
    )
    .filter((parent) => parent !== member)
}

/** Polls see only some of what a thing goes through: one sequence is like another that has it in the same order. */
function statesOf(action: string, both: Both, reads: (member: string) => boolean): readonly Difference[] {
  return sides.flatMap((only) =>
    [...both[only].sequences].flatMap(([member, sequences]) => {
      const others = [...(both[otherOf(only)].sequences.get(member) ?? [])].map((sequence) => sequence.split(arrow))
      if (others.length === 0) return []
      return (
        [...sequences]
          .map((sequence) => sequence.split(arrow))
          // A value that the other side never showed is told as that.
          .filter((sequence) => sequence.every((value) => others.flat().includes(value)))
          .filter((sequence) => !others.some((other) => isWithin(sequence, other) || isWithin(other, sequence)))
          .map((sequence): Difference => ({ kind: 'states', action, only, member, sequence, matters: reads(member) }))
      )
    }),
  )
}

function isWithin(short: readonly string[], long: readonly string[]): boolean {
  let found = 0
  for (const value of long) if (value === short[found]) found++
  return found === short.length
}

function otherOf(side: Side): Side {
  return side === 'aws' ? 'local' : 'aws'
}
