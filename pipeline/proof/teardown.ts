// Takes away everything a proof made, found by its tag, until nothing is left: safe to repeat, and to go on with later.

import type { Clock, CloudAt, CloudOutcome } from '../ports/index.ts'
import { alarmOf, proofTag, tagsOf } from './plan.ts'

/** What the cloud port has no verb for; the AWS adapter's world remover fits it. */
export interface Remover {
  deleteGroup(name: string): Promise<CloudOutcome<void>>
  deleteTemplate(id: string): Promise<CloudOutcome<void>>
  deleteAlarm(name: string): Promise<CloudOutcome<void>>
}

export interface Teardown {
  readonly at: CloudAt
  readonly remover: Remover
  readonly clock: Clock
  say(line: string): void
}

/** `machine i-0aa`: what it is, and what it is called. */
interface Left {
  readonly kind:
    | 'group'
    | 'machine'
    | 'template'
    | 'image'
    | 'snapshot'
    | 'volume'
    | 'key pair'
    | 'security group'
    | 'alarm'
    | 'other'
  readonly id: string
}

/** What could not be removed; empty when all is gone. */
export type TeardownOutcome = { readonly left: readonly string[]; readonly removed: readonly string[] }

const lookEveryMs = 15_000
const deadlineMs = 30 * 60_000
/** What was just made, or just ended, may not be shown as such: nothing must be seen this often in a row. */
const emptyLooks = 3

export async function tearDown(id: string, { at, remover, clock, say }: Teardown): Promise<TeardownOutcome> {
  const removed = new Set<string>()
  const refusals = new Map<string, string>()
  const startedAt = clock.now()
  for (let empty = 0; ; ) {
    const found = await findLeft(id, at)
    const left = found.ok ? found.value : []
    empty = found.ok && left.length === 0 ? empty + 1 : 0
    if (empty === emptyLooks) return { left: [], removed: [...removed] }
    if (!found.ok) say(`what is left can't be listed: ${found.message}`)
    for (const one of left) {
      const name = `${one.kind} ${one.id}`
      if (!removed.has(name)) say(`removing ${name}`)
      removed.add(name)
    }
    const waiting = await removeAll(left, { at, remover })
    for (const { name, why } of waiting) refusals.set(name, why)
    if (clock.now() - startedAt >= deadlineMs) {
      const names = left.map(({ kind, id: one }) => `${kind} ${one}`)
      const unknown = found.ok ? [] : [found.message]
      return { left: [...unknown, ...names.map((name) => `${name}${said(refusals.get(name))}`)], removed: [...removed] }
    }
    await clock.pause(lookEveryMs)
  }
}

function said(why: string | undefined): string {
  return why === undefined ? '' : `: ${why}`
}

/** The IDs of proofs that have left something in the place. */
export async function proofsIn(at: CloudAt): Promise<CloudOutcome<readonly string[]>> {
  const tagged = await at.taggedResources(proofTag)
  if (!tagged.ok) return tagged
  const groups = await at.everyGroup()
  if (!groups.ok) return groups
  // An instance that has ended keeps its tags for an hour or so, and its volume with it.
  const lasting = tagged.value.filter(({ type }) => !passing.has(type)).map(({ value }) => value)
  const ids = [...lasting, ...groups.value.flatMap(({ tags }) => tags[proofTag] ?? [])]
  return { ok: true, value: [...new Set(ids)].sort() }
}

const passing = new Set(['instance', 'network-interface', 'volume'])
/** They go by their name, which a tag does not tell. */
const named = new Set(['key-pair'])

const kinds: Readonly<Record<string, Left['kind']>> = {
  'launch-template': 'template',
  image: 'image',
  snapshot: 'snapshot',
  'security-group': 'security group',
}

/** EC2's tags name all but groups, alarms (which are found by name), and what may have ended already. */
export async function findLeft(id: string, at: CloudAt): Promise<CloudOutcome<readonly Left[]>> {
  const groups = await at.everyGroup()
  if (!groups.ok) return groups
  const machines = await at.describeInstances({ tags: tagsOf(id) })
  if (!machines.ok) return machines
  const volumes = await at.findVolumes(tagsOf(id))
  if (!volumes.ok) return volumes
  const tagged = await at.taggedResources(proofTag)
  if (!tagged.ok) return tagged
  const keys = await at.findKeyPairs(tagsOf(id))
  if (!keys.ok) return keys
  const alarms = await at.alarms([alarmOf(id)])
  if (!alarms.ok) return alarms
  const own = tagged.value.filter(({ type, value }) => value === id && !passing.has(type) && !named.has(type))
  return {
    ok: true,
    value: [
      ...groups.value.filter(({ tags }) => tags[proofTag] === id).map(({ name }): Left => ({ kind: 'group', id: name })),
      ...machines.value
        .filter(({ state }) => state !== 'terminated')
        .map((machine): Left => ({ kind: 'machine', id: machine.id })),
      ...own.map(({ type, id: one }): Left => ({ kind: kinds[type] ?? 'other', id: one })),
      ...volumes.value.map((volume): Left => ({ kind: 'volume', id: volume.id })),
      ...keys.value.map(({ name }): Left => ({ kind: 'key pair', id: name })),
      ...alarms.value.map(({ name }): Left => ({ kind: 'alarm', id: name })),
    ],
  }
}

interface Waiting {
  readonly name: string
  readonly why: string
}

/** What hangs on something else refuses until that is gone: the next look tries it again. */
async function removeAll(left: readonly Left[], ports: Pick<Teardown, 'at' | 'remover'>): Promise<readonly Waiting[]> {
  const hasMachines = left.some(({ kind }) => kind === 'group' || kind === 'machine')
  const now = hasMachines ? left.filter(({ kind }) => kind === 'group' || kind === 'machine' || kind === 'alarm') : left
  const waiting: Waiting[] = []
  for (const one of now) {
    const removed = await remove(one, ports)
    if (!removed.ok && removed.kind !== 'not-found') waiting.push({ name: `${one.kind} ${one.id}`, why: removed.message })
  }
  return waiting
}

async function remove({ kind, id }: Left, { at, remover }: Pick<Teardown, 'at' | 'remover'>): Promise<CloudOutcome<unknown>> {
  switch (kind) {
    case 'group':
      return remover.deleteGroup(id)
    case 'machine':
      return at.terminate([id])
    case 'template':
      return remover.deleteTemplate(id)
    case 'image':
      return at.deregisterImage(id)
    case 'snapshot':
      return at.deleteSnapshot(id)
    case 'volume':
      return at.deleteVolume(id)
    case 'key pair':
      return at.deleteKeyPair(id)
    case 'security group':
      return at.deleteSecurityGroup(id)
    case 'alarm':
      return remover.deleteAlarm(id)
    case 'other':
      return { ok: false, kind: 'unsupported', code: 'Unknown', message: 'a proof makes nothing of that kind' }
  }
}
