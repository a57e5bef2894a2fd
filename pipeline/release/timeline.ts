// How long each step of a release took, on both clocks.

import { describeGroup } from './group-key.ts'
import type { Moment, Release, Step } from './release.ts'

export interface TimedStep {
  /** As `stepOfAction` names it. */
  readonly step: string
  readonly state: 'running' | 'finished' | 'failed'
  readonly begun: Moment
  /** Undefined while it runs. */
  readonly ended: Moment | undefined
}

/** Every step that has begun, by the time it did. */
export function timelineOf(release: Release): readonly TimedStep[] {
  const steps = [
    ...timed('bake', release.bake),
    ...timed('verify', release.verify),
    ...release.copies.flatMap(({ region, architecture, step }) => timed(`copy to ${region} (${architecture})`, step)),
    ...release.rolls.flatMap(({ key, step }) => timed(`roll ${describeGroup(key)}`, step)),
    ...release.rolls.flatMap(({ key, undo }) => timed(`undo ${describeGroup(key)}`, undo)),
    ...release.soaks.map(({ stage, startedAt, finishedAt }): TimedStep => {
      return { step: `soak in ${stage}`, state: finishedAt ? 'finished' : 'running', begun: startedAt, ended: finishedAt }
    }),
  ]
  return steps.sort((a, b) => a.begun.at - b.begun.at)
}

function timed(name: string, step: Step<unknown>): readonly TimedStep[] {
  if (step.state === 'waiting') return []
  const { begun } = step
  return step.state === 'begun'
    ? [{ step: name, state: 'running', begun, ended: undefined }]
    : [{ step: name, state: step.state, begun, ended: step.ended }]
}
