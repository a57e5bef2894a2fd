// Which rows a step has to look at. What is at rest stays so until somebody writes it, or what it depends on.

import type { KeyedBy } from '../store/by-key.ts'
import type { Group } from '../store/group.ts'
import { type Instance, isLive, isUp } from '../store/instance.ts'
import { nodeGroupKey } from '../store/node-group.ts'
import { isActiveRefresh } from '../store/refresh.ts'
import type { Draft, PlaceKey } from '../store/state.ts'

/** Its machine is to be started, and nothing but the queue is in the way. */
export const toStart = 'to start'

/** Anything else that a step may change, or ask a machine for. */
export const restless = 'restless'

/** Nothing befalls a terminated instance until it is no longer shown: they are found by the minute in which they ended. */
const ended = 'ended '
const minuteMs = 60_000

/** An instance at rest is found by its firewall and its security groups: where these no longer agree, its rest is over. */
export const instancesByRest: KeyedBy<'instances'> = {
  table: 'instances',
  keysOf: (instance) => [restOf(instance)],
}

function restOf(instance: Instance): string {
  const { state, machine, securityGroupIds, terminatedAt = Number.POSITIVE_INFINITY } = instance
  if (state === 'terminated') return `${ended}${Math.floor(terminatedAt / minuteMs)}`
  if (state === 'stopped') return 'stopped'
  const isWanted = (state === 'pending' || state === 'running') && instance.launchFailsAt === undefined
  if (isWanted && !isUp(instance) && instance.notBefore === undefined) return toStart
  // What is to happen to it comes about by itself.
  if (instance.fate !== undefined) return restless
  const isRunning = state === 'running' && machine === 'answering' && isWanted && !instance.rebootRequested
  return isRunning ? `serving ${instance.firewall ?? ''} ${securityGroupIds.join(' ')}` : restless
}

export function isEnded(restKey: string): boolean {
  return restKey.startsWith(ended)
}

/** The instances that were terminated by then. */
export function endedBy(draft: Draft, place: PlaceKey, instant: number): readonly Instance[] {
  const keys = [...draft.byKey(place, instancesByRest).keys()]
  const due = keys.filter((key) => isEnded(key) && Number(key.slice(ended.length)) * minuteMs <= instant)
  return due
    .flatMap((key) => draft.found(place, instancesByRest, key))
    .filter(({ terminatedAt }) => terminatedAt !== undefined && terminatedAt <= instant)
}

/** Images that are being made. */
export const imagesByMaking: KeyedBy<'images'> = {
  table: 'images',
  keysOf: ({ making }) => (making === undefined ? [] : [making.kind]),
}

/** A group without members that wants none waits for nothing. */
export const groupsByRest: KeyedBy<'groups'> = {
  table: 'groups',
  keysOf: (group) => (isEmptyAtRest(group) ? [] : [restless]),
}

function isEmptyAtRest({ members, desired, isDeleting }: Group): boolean {
  return members.length === 0 && desired === 0 && !isDeleting
}

/** Refreshes under way, by their group. */
export const activeRefreshes: KeyedBy<'refreshes'> = {
  table: 'refreshes',
  keysOf: (refresh) => (isActiveRefresh(refresh) ? [refresh.group] : []),
}

export const openCommands: KeyedBy<'shellCommands'> = {
  table: 'shellCommands',
  keysOf: ({ invocations }) =>
    invocations.some(({ status }) => status === 'Pending' || status === 'InProgress') ? ['open'] : [],
}

/** Updates under way, by the key of their node group. */
export const openUpdates: KeyedBy<'nodeGroupUpdates'> = {
  table: 'nodeGroupUpdates',
  keysOf: ({ status, cluster, nodeGroup }) => (status === 'InProgress' ? [nodeGroupKey(cluster, nodeGroup)] : []),
}

/** Whatever is made of a layer, by the layer. */
export const imagesByLayer: KeyedBy<'images'> = { table: 'images', keysOf: ({ layers }) => layers }
export const snapshotsByLayer: KeyedBy<'snapshots'> = { table: 'snapshots', keysOf: ({ layers }) => layers }
export const instancesByLayer: KeyedBy<'instances'> = {
  table: 'instances',
  keysOf: (instance) => (isLive(instance) ? instance.layers : []),
}
