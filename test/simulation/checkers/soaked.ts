// No image in a stage without its verdict, its approval, and the full soak of its lane in every stage before.

import type { LedgerEvent, ReleaseEvent, StagePolicy } from '../../../pipeline/release/index.ts'
import type { Plan, PlannedGroup } from '../plan/plan.ts'
import { type CreateChecker, changesOf, type Step } from './checker.ts'
import { groupOf, placeKeyOf, releaseOfImage } from './lineage.ts'

export const soaked: CreateChecker = (plan) => {
  const known = new Set<string>()
  const reach = (step: Step, group: PlannedGroup | undefined, imageId: string, how: string): readonly string[] => {
    const release = releaseOfImage(step.state, imageId)
    if (group === undefined || release === undefined || known.has(`${release} ${group.stage}`)) return []
    known.add(`${release} ${group.stage}`)
    const records = step.records.filter((record) => record.release === release)
    return lackingFor(plan, group.stage, records).map((lack) => `${release} ${how.replace('STAGE', group.stage)} ${lack}`)
  }
  return {
    onStep: (step) => [
      ...changesOf(step, 'instances').flatMap(({ before, after }) => {
        if (before !== undefined || after === undefined) return []
        return reach(step, groupOf(plan, after), after.imageId, `runs in STAGE (${after.id})`)
      }),
      // Whatever launches next in a group that names it, and all that Karpenter sees drift, runs it.
      ...changesOf(step, 'parameters').flatMap(({ after, place }) => {
        const group = plan.groups.find((one) => one.parameter === after?.name && placeKeyOf(one) === place)
        const imageId = after?.versions.at(-1)?.value ?? ''
        return reach(step, group, imageId, `is to run in STAGE (${after?.name})`)
      }),
    ],
  }
}

/** What the lane of the plan demands and the release has not (an undo and a renewal roll what has soaked before), at the first machine of its image in a stage. */
function lackingFor({ policies }: Plan, stage: string, records: readonly LedgerEvent[]): readonly string[] {
  const [opening] = eventsOf(records, 'release.opened')
  if (opening === undefined) return ['without having been opened']
  const { lane } = opening.event
  if (lane === 'undo' || lane === 'renewal') return []
  const { stages } = policies[lane]
  const index = stages.findIndex(({ name }) => name === stage)
  const verdict = eventsOf(records, 'verify.finished').some(({ event }) => event.verdict === 'pass')
  const granted = eventsOf(records, 'approval.granted').some(({ event }) => event.stage === stage)
  return [
    ...(verdict ? [] : ['without a verdict']),
    ...(stages[index]?.approval === 'required' && !granted ? ['without approval'] : []),
    ...stages.slice(0, index).flatMap((earlier) => lackingSoak(earlier, records)),
  ]
}

function lackingSoak({ name, soak, waves }: StagePolicy, records: readonly LedgerEvent[]): readonly string[] {
  const finished = eventsOf(records, 'soak.finished').find(({ event }) => event.stage === name)
  if (finished === undefined) return [`without the soak of ${name}`]
  const rolls = eventsOf(records, 'roll.finished').filter(({ event }) => event.group.stage === name)
  const soakedMs = Date.parse(finished.at) - Math.max(...rolls.map(({ at }) => Date.parse(at)))
  const results = eventsOf(records, 'test.finished').filter(({ event }) => event.stage === name)
  const missing = soak.tests.filter((test) => !results.some(({ event }) => event.test === test.name && event.ok))
  const failed = results.find(({ event }) => !event.ok)
  return [
    ...(rolls.length < waves.flatMap(({ groups }) => groups).length ? [`without every group of ${name} rolled`] : []),
    ...(soakedMs >= soak.durationMs ? [] : [`after a soak of ${soakedMs} ms of ${soak.durationMs} in ${name}`]),
    ...missing.map((test) => `without the test "${test.name}" in ${name}`),
    ...(failed === undefined ? [] : [`although "${failed.event.test}" failed in ${name}`]),
  ]
}

type EventOf<Type> = Extract<ReleaseEvent, { readonly type: Type }>

function eventsOf<Type extends ReleaseEvent['type']>(
  records: readonly LedgerEvent[],
  type: Type,
): readonly { readonly at: string; readonly event: EventOf<Type> }[] {
  return records.flatMap(({ at, event }) => (event.type === type ? [{ at, event: event as EventOf<Type> }] : []))
}
