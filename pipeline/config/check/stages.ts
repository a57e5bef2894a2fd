// Stages: every family runs in each of them, and no other stage is spoken of.

import { nearest } from '../../kernel/index.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { childOf, type Named, under } from '../yaml/mapping.ts'
import { reportFollowing, type Spot } from '../yaml/reading.ts'

export function checkStages(written: WrittenConfig): void {
  const stages = written.stages.map(({ name }) => name)
  if (stages.length === 0) reportFollowing(childOf(written.at, 'stages'), 'config-wrong-value', 'there are no stages')
  if (written.families.length === 0)
    reportFollowing(childOf(written.at, 'families'), 'config-wrong-value', 'there are no families')
  for (const { name, value: family } of written.families) {
    for (const entries of [family.groups, family.tests, family.alarms, family.hooks]) checkStageNames(entries, stages)
    for (const stage of stages.filter((known) => !family.groups.some((entry) => entry.name === known))) {
      const at = under(childOf(family.at, 'groups'), stage)
      reportFollowing(at, 'config-missing-key', `family ${name} has no groups in stage ${stage}`, 'A release walks every stage.')
    }
  }
  for (const lane of [written.lanes.weekly, written.lanes.emergency]) {
    for (const entries of [lane.soak.stages, lane.exposure, lane.approval, lane.waves]) checkStageNames(entries, stages)
  }
}

function checkStageNames(
  entries: readonly (Pick<Named<unknown>, 'name'> & { readonly at: Spot })[],
  stages: readonly string[],
): void {
  if (stages.length === 0) return
  for (const { name, at } of entries.filter((entry) => !stages.includes(entry.name))) {
    const suggestion = nearest(name, stages)
    const hint = suggestion ? `Did you mean ${suggestion}?` : `The stages are ${stages.join(', ')}.`
    reportFollowing(at, 'config-wrong-value', `there is no stage ${name}`, hint)
  }
}
