// PutLifecycleHook, DescribeLifecycleHooks, DescribeLifecycleHookTypes, DeleteLifecycleHook, CompleteLifecycleAction,
// RecordLifecycleActionHeartbeat.

import type {
  CompleteLifecycleActionType,
  DeleteLifecycleHookType,
  DescribeLifecycleHooksAnswer,
  DescribeLifecycleHooksType,
  DescribeLifecycleHookTypesAnswer,
  LifecycleHookSpecification,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatType,
} from '@aws-sdk/client-auto-scaling'
import type { Group } from '../../store/group.ts'
import { type Hold, type HookResult, type LifecycleHook, longestHoldOf, type Transition } from '../../store/lifecycle-hook.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { findAutoScalingGroup, validation } from './group-input.ts'

const transitions: readonly Transition[] = ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING']
const mostHooks = 50

export const putLifecycleHook = operation<PutLifecycleHookType, object>({
  handles: [
    'AutoScalingGroupName',
    'LifecycleHookName',
    'LifecycleTransition',
    'HeartbeatTimeout',
    'DefaultResult',
    'NotificationMetadata',
  ],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const hooks = group.hooks ?? []
    const earlier = hooks.find(({ name }) => name === input.LifecycleHookName)
    const others = hooks.filter((hook) => hook !== earlier)
    if (others.length >= mostHooks) throw new ApiFault('LimitExceeded', `The limit of ${mostHooks} lifecycle hooks is reached.`)
    draft.change(place, 'groups', group.name, { hooks: [...others, lifecycleHook(input, earlier)] })
    return {}
  },
})

/** Times and results with the service's defaults [doc: PutLifecycleHook]. */
export function lifecycleHook(
  written: Omit<LifecycleHookSpecification, 'LifecycleTransition'> & { LifecycleTransition?: string | undefined },
  earlier?: LifecycleHook,
): LifecycleHook {
  const name = written.LifecycleHookName ?? ''
  if (!/^[A-Za-z0-9\-_/]{1,255}$/.test(name)) throw validation(`Invalid lifecycle hook name: ${name}`)
  const transition = transitions.find((one) => one === written.LifecycleTransition) ?? earlier?.transition
  if (written.LifecycleTransition !== undefined && !(transitions as readonly string[]).includes(written.LifecycleTransition))
    throw validation(`Invalid lifecycle transition: ${written.LifecycleTransition}`)
  if (transition === undefined) throw validation('LifecycleTransition is required when a lifecycle hook is created.')
  const heartbeatSeconds = written.HeartbeatTimeout ?? earlier?.heartbeatSeconds ?? 3_600
  if (heartbeatSeconds < 30 || heartbeatSeconds > 7_200) throw validation('HeartbeatTimeout must be between 30 and 7200 seconds.')
  const defaultResult = hookResult(written.DefaultResult ?? earlier?.defaultResult ?? 'ABANDON')
  const metadata = written.NotificationMetadata ?? earlier?.metadata
  return { name, transition, heartbeatSeconds, defaultResult, ...(metadata === undefined ? {} : { metadata }) }
}

function hookResult(written: string | undefined): HookResult {
  if (written === 'CONTINUE' || written === 'ABANDON') return written
  throw validation(`Invalid lifecycle action result: ${written}. It must be CONTINUE or ABANDON.`)
}

export const describeLifecycleHooks = operation<DescribeLifecycleHooksType, DescribeLifecycleHooksAnswer>({
  handles: ['AutoScalingGroupName', 'LifecycleHookNames'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const names = input.LifecycleHookNames
    const chosen = (group.hooks ?? []).filter(({ name }) => !names?.length || names.includes(name))
    return { LifecycleHooks: chosen.map((hook) => hookView(group, hook)) }
  },
})

function hookView(group: Group, hook: LifecycleHook) {
  return {
    LifecycleHookName: hook.name,
    AutoScalingGroupName: group.name,
    LifecycleTransition: hook.transition,
    HeartbeatTimeout: hook.heartbeatSeconds,
    GlobalTimeout: longestHoldOf(hook),
    DefaultResult: hook.defaultResult,
    ...(hook.metadata === undefined ? {} : { NotificationMetadata: hook.metadata }),
  }
}

export const describeLifecycleHookTypes = operation<object, DescribeLifecycleHookTypesAnswer>({
  handles: [],
  run: () => ({ LifecycleHookTypes: [...transitions] }),
})

export const deleteLifecycleHook = operation<DeleteLifecycleHookType, object>({
  handles: ['AutoScalingGroupName', 'LifecycleHookName'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    const hook = (group.hooks ?? []).find(({ name }) => name === input.LifecycleHookName)
    if (hook === undefined) throw validation('No Lifecycle Hook found with the specified name.')
    // "Outstanding lifecycle actions are completed first: ABANDON for launching, CONTINUE for terminating instances" [doc: DeleteLifecycleHook].
    const result = hook.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING' ? 'ABANDON' : 'CONTINUE'
    changeHolds(draft, place, group, (hold) => hold.hook === hook.name && hold.result === undefined, { result })
    draft.change(place, 'groups', group.name, { hooks: (group.hooks ?? []).filter((one) => one !== hook) })
    return {}
  },
})

export const completeLifecycleAction = operation<CompleteLifecycleActionType, object>({
  handles: ['AutoScalingGroupName', 'LifecycleHookName', 'LifecycleActionToken', 'LifecycleActionResult', 'InstanceId'],
  run({ input, draft, place }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    changeAsked(draft, place, group, input, () => ({ result: hookResult(input.LifecycleActionResult) }))
    return {}
  },
})

export const recordLifecycleActionHeartbeat = operation<RecordLifecycleActionHeartbeatType, object>({
  handles: ['AutoScalingGroupName', 'LifecycleHookName', 'LifecycleActionToken', 'InstanceId'],
  run({ input, draft, place, now }) {
    const group = findAutoScalingGroup(draft, place, input.AutoScalingGroupName)
    changeAsked(draft, place, group, input, (hold) => ({ expiresAt: now + hold.heartbeatSeconds * 1_000 }))
    return {}
  },
})

interface Asked {
  readonly LifecycleHookName?: string | undefined
  readonly LifecycleActionToken?: string | undefined
  readonly InstanceId?: string | undefined
}

/** The open action of that hook that is named by its token or by its instance. */
function changeAsked(draft: Draft, place: PlaceKey, group: Group, asked: Asked, change: (hold: Hold) => Partial<Hold>): void {
  const { LifecycleHookName: hook, LifecycleActionToken: token, InstanceId: id } = asked
  if (!(group.hooks ?? []).some(({ name }) => name === hook)) throw validation('No Lifecycle Hook found with the specified name.')
  if (token === undefined && id === undefined) throw validation('Either LifecycleActionToken or InstanceId is required.')
  const member = group.members.find(
    (one) =>
      (id === undefined || one.instanceId === id) &&
      one.holds?.some((hold) => hold.hook === hook && hold.result === undefined && (token === undefined || hold.token === token)),
  )
  if (member === undefined) {
    const named = token === undefined ? `instance ID ${id}` : `token ${token}`
    throw validation(`No active Lifecycle Action found with ${named}`)
  }
  draft.change(place, 'groups', group.name, {
    members: group.members.map((one) =>
      one === member
        ? { ...one, holds: one.holds?.map((hold) => (hold.hook === hook ? { ...hold, ...change(hold) } : hold)) ?? [] }
        : one,
    ),
  })
}

function changeHolds(
  draft: Draft,
  place: PlaceKey,
  group: Group,
  isMeant: (hold: Hold) => boolean,
  changes: Partial<Hold>,
): void {
  draft.change(place, 'groups', group.name, {
    members: group.members.map((member) =>
      member.holds?.some(isMeant)
        ? { ...member, holds: member.holds.map((hold) => (isMeant(hold) ? { ...hold, ...changes } : hold)) }
        : member,
    ),
  })
}
