// A move: one group's way to one launch template version, by one instance refresh or one update of EKS's. Rolls and their undoing are both moves.

import type { InstanceRefresh, RefreshStatus, ScalingActivity, TemplateVersion } from '../ports/index.ts'
import type { GroupKey, NodeGroupPolicy, RollPolicy, Yielding } from '../release/index.ts'
import type { GroupNow } from './group-now.ts'

export interface Move {
  readonly group: GroupKey
  readonly policy: RollPolicy
  /** Where the group is to end. */
  readonly target: TemplateVersion
  /** What it ran before, and goes back to when the move fails. */
  readonly previous: TemplateVersion
  /** Set for a group that is moved by a parameter; its template versions then say nothing. */
  readonly parameter?: ParameterMove
  /** Set for a managed node group: EKS's updates are then its refreshes. */
  readonly nodeGroup?: NodeGroupMove
  /** The refresh that makes the move, once it is known. */
  readonly refreshId: string | undefined
  /**
   * Only refreshes newer than this one can be the move's. A roll's version was made for it alone, so it needs no such mark;
   * an undoing and a renewal go to a version that other refreshes have gone to before, and one by a parameter names no version.
   */
  readonly afterRefreshId: string | undefined
  /** Every machine is replaced though none is on another version: there is nothing to go back to. */
  readonly renews?: true
  /** Set when another release is to move the group. */
  readonly yieldTo?: Yielding
  /** On the clock of `Clock.now()`: a move that has not ended by then is rolled back. */
  readonly deadlineAt: number
}

/** How a group is moved whose template names a parameter as its image: by the parameter's value. */
export interface ParameterMove {
  readonly name: string
  readonly target: string
  readonly previous: string
}

/** How EKS moves a group: its machines are known by the image they run. */
export interface NodeGroupMove extends NodeGroupPolicy {
  /** Of the update: the same for a repeat. */
  readonly token: string
  readonly target: string
  readonly previous: string
}

/** What can be seen of a move at one moment. */
export interface MoveObservation {
  readonly group: GroupNow
  /** Newest first. */
  readonly refreshes: readonly InstanceRefresh[]
  /** Newest first. */
  readonly activities: readonly ScalingActivity[]
  /** Of a group moved by a parameter. */
  readonly byParameter?: ParameterSight
  /** Image IDs of the group's machines, by instance ID, where their template versions don't tell. */
  readonly images?: ReadonlyMap<string, string>
  /** Wall time in milliseconds: AWS's own times are compared with this, never with the clock of soaks. */
  readonly wallAt: number
}

export interface ParameterSight {
  /** What the parameter holds. */
  readonly value: string
  readonly version: number
}

/** The move's refresh: the recorded one, else the newest to its target that can be its own. */
export function refreshOf(move: Move, refreshes: readonly InstanceRefresh[]): InstanceRefresh | undefined {
  if (move.refreshId !== undefined) return refreshes.find(({ id }) => id === move.refreshId)
  const { target, parameter } = move
  return newerThan(move.afterRefreshId, refreshes).find(({ desired }) =>
    parameter === undefined
      ? desired?.templateId === target.templateId && desired.version === String(target.version)
      : desired === undefined,
  )
}

/** AWS allows a group one of these at a time. */
export function isActive(refresh: InstanceRefresh): boolean {
  return activeStatuses.includes(refresh.status)
}

const activeStatuses: readonly RefreshStatus[] = ['Pending', 'InProgress', 'Baking', 'Cancelling', 'RollbackInProgress']

function newerThan(refreshId: string | undefined, refreshes: readonly InstanceRefresh[]): readonly InstanceRefresh[] {
  const index = refreshes.findIndex(({ id }) => id === refreshId)
  return index === -1 ? refreshes : refreshes.slice(0, index)
}
