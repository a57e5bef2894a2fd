// Every step from a release's opening to its last roll in production, in an order in which each follows what it waits for. Pure.

import type { Architecture } from '../../ports/index.ts'
import { copyOf, groupsOf } from '../image.ts'
import type { Policy, StagePolicy } from '../policy.ts'
import { type Course, knownOf, type PlannedStep } from './planned-step.ts'
import { lastOf, rollSteps, type StageContext, soakSteps } from './stage-steps.ts'

export interface ReleaseContext extends StageContext {
  readonly policy: Policy
  /** Of the images that are baked. */
  readonly architectures: readonly Architecture[]
}

export function releaseSteps(context: ReleaseContext): readonly PlannedStep[] {
  const { policy, release, estimates } = context
  const step = (
    name: string,
    after: readonly string[],
    known: Course | undefined,
    { ms, source, basis }: typeof estimates.bake,
  ) => {
    return { step: name, after, source, basis, isUnknown: false, known, ends: (from: number) => from + ms }
  }
  const copies = copiesOf(context)
  const steps: PlannedStep[] = [
    step('bake', [], release && knownOf(release.bake), estimates.bake),
    step('verify', ['bake'], release && knownOf(release.verify), estimates.verify),
    ...copies.map((copy) => step(copy.name, ['verify'], copy.known, estimates.copyTo(copy.region))),
  ]
  let before: readonly string[] = ['verify']
  for (const stage of policy.stages) {
    const needed = copies.filter((copy) => copy.stages.includes(stage)).map(({ name }) => name)
    const rolls = rollSteps(stage, [...before, ...needed], context)
    steps.push(...rolls)
    before = lastOf(rolls)
    // In production a release has arrived with its last roll.
    if (stage === policy.stages.at(-1)) break
    const soak = soakSteps(stage, before, context)
    steps.push(...soak)
    if (soak.length > 0) before = lastOf(soak)
  }
  return steps
}

interface PlannedCopy {
  readonly name: string
  readonly region: string
  readonly stages: StagePolicy[]
  readonly known: Course | undefined
}

/** A group that names no architecture runs the release's only image. */
function copiesOf({ policy, architectures, release }: ReleaseContext): readonly PlannedCopy[] {
  const copies = new Map<string, PlannedCopy>()
  for (const stage of policy.stages) {
    for (const { region, architecture = architectures[0] ?? 'x86_64' } of groupsOf(stage)) {
      if (region === policy.home.region) continue
      const name = `copy to ${region} (${architecture})`
      const made = release && copyOf(release, region, architecture)
      const copy = copies.get(name) ?? { name, region, stages: [], known: made && knownOf(made.step) }
      if (!copy.stages.includes(stage)) copy.stages.push(stage)
      copies.set(name, copy)
    }
  }
  return [...copies.values()]
}
