// Checks of the roll itself: its percentages, its alarms, its image, and what else is going on.

import type { GroupState } from '../ports/index.ts'
import type { PreflightFacts, Refusal, RollOrder } from './check.ts'
import { boundsOf } from './growth.ts'
import { isActive } from './move.ts'

/** The percentages must leave room for one machine more or one fewer, or the roll breaks the promise or cannot move. */
export function room(group: GroupState, _: PreflightFacts, { target: { roll: policy } }: RollOrder): readonly Refusal[] {
  const { name, desiredCapacity: desired } = group
  const { minHealthyPercentage: min, maxHealthyPercentage: max } = policy
  if (max - min > 100) {
    const cause = `healthy between ${min} % and ${max} % is more than the 100 % that AWS allows between the two`
    return [{ cause, hint: 'Bring minHealthy and maxHealthy of the lane closer together.' }]
  }
  if (desired === 0) return []
  const { fewest, most } = boundsOf(desired, policy)
  if (fewest < desired || most > desired) return []
  const cause = `${name} has ${desired} of ${desired} machines that must stay healthy and may have no more, so none can be replaced`
  return [{ cause, hint: 'Raise maxHealthy of the lane above 100 %, or lower minHealthy.' }]
}

export function runningRefresh({ name }: GroupState, { refreshes }: PreflightFacts): Refusal | undefined {
  const running = refreshes.find(isActive)
  if (running === undefined) return undefined
  return {
    cause: `an instance refresh that drover did not start is running on ${name} (${running.id}, ${running.status})`,
    hint: `Let it end, or cancel it: aws autoscaling cancel-instance-refresh --auto-scaling-group-name ${name}`,
  }
}

/** AWS would refuse the start, or fail the roll at once, and say less. */
export function alarms(
  _: GroupState,
  { alarms: found, alarmHistoryDenied }: PreflightFacts,
  order: RollOrder,
): readonly Refusal[] {
  const policy = order.target.roll
  const tooMany: readonly Refusal[] =
    policy.alarms.length > 10
      ? [{ cause: `a roll is watched by ${policy.alarms.length} alarms, AWS takes 10`, hint: 'Combine them.' }]
      : []
  const unread: readonly Refusal[] =
    alarmHistoryDenied === undefined
      ? []
      : [
          {
            cause: `whether an alarm rings during the soak could not be told: ${alarmHistoryDenied}`,
            hint: "Give the stage's role cloudwatch:DescribeAlarmHistory, as drover iam prints it.",
          },
        ]
  return [
    ...tooMany,
    ...unread,
    ...policy.alarms.flatMap((name) => {
      const alarm = found.find((candidate) => candidate.name === name)
      if (alarm === undefined) {
        return [
          {
            cause: `there is no alarm ${name}`,
            hint: "Create it in the group's account and region, or take it out of drover.yaml.",
          },
        ]
      }
      if (alarm.state === 'OK') return []
      return [
        { cause: `the alarm ${name} is in ${alarm.state}: ${alarm.reason}`, hint: 'Roll when it is OK; AWS refuses until then.' },
      ]
    }),
  ]
}

export function releaseImage(_: GroupState, { imageId, image }: PreflightFacts): Refusal | undefined {
  if (imageId === undefined) return undefined
  if (image === undefined) {
    const cause = `${imageId} cannot be seen from the group's account and region`
    return { cause, hint: 'Check that it is shared with the account and copied to the region.' }
  }
  if (image.state === 'available') return undefined
  const cause = `${imageId} is ${image.state}${image.stateReason === undefined ? '' : `: ${image.stateReason}`}`
  return { cause, hint: 'Only an available image can be launched.' }
}

/** What it launches was changed by somebody else: to put it right is a release's work, not a renewal's. */
export function sameImage(
  { name }: GroupState,
  { imageId, template }: PreflightFacts,
  { renews }: RollOrder,
): Refusal | undefined {
  if (!renews || template === undefined || template.imageId === imageId) return undefined
  const cause = `${name} launches ${template.imageId ?? 'no image of its own'}, and a renewal brings no other image than the ${imageId} it was opened for`
  return { cause, hint: 'Release the family, or put the template back.' }
}

/** Judged by the image that runs now: a template's instance type may be overridden, the image has to fit all of them. */
export function architecture({ name }: GroupState, { image, previousImage }: PreflightFacts): Refusal | undefined {
  if (image === undefined || previousImage === undefined || image.architecture === previousImage.architecture) return undefined
  const cause = `${name} runs ${previousImage.architecture} machines, but ${image.id} is built for ${image.architecture}`
  return { cause, hint: "Roll the family's image of that architecture, or change the group's instance type." }
}
