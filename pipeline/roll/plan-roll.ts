// What a roll would do, for `--plan`: the same look and the same preflight as the roll itself, and no act.

import type { Cloud, CloudOutcome, TemplateVersion } from '../ports/index.ts'
import { type Action, type GroupKey, placeOf } from '../release/index.ts'
import type { Refusal } from './check.ts'
import { asTemplate } from './karpenter-roll.ts'
import { preflight } from './preflight.ts'
import { readFacts, volumeKeyOf } from './read-facts.ts'
import { othersOf } from './read-room.ts'

export interface RollPlan {
  readonly group: GroupKey
  readonly imageId: string
  /** What the group launches from now, for Karpenter's nodes their parameter; undefined when there is none. */
  readonly from: (TemplateVersion & { readonly imageId: string | undefined }) | undefined
  /** Instances that would be replaced. */
  readonly toReplace: number
  /** Why it would be refused; empty when it would start. */
  readonly refusals: readonly Refusal[]
}

export async function planRoll(
  cloud: Cloud,
  action: Extract<Action, { readonly kind: 'roll' }>,
): Promise<CloudOutcome<RollPlan>> {
  const { key, target, stage, imageId, together } = action
  const asked = { ...target, imageId, volumeKey: volumeKeyOf(stage, target) }
  const facts = await readFacts(cloud.at(placeOf(stage, key)), asked, othersOf(target, together))
  if (!facts.ok) return facts
  const { group, template, parameter } = facts.value
  const from =
    target.karpenter === undefined
      ? template && {
          templateId: template.templateId,
          version: template.version,
          imageId: parameter?.value ?? template.imageId,
        }
      : parameter && asTemplate(target.parameter, parameter)
  const refusals = preflight(facts.value, { stage, target, recorded: true })
  return { ok: true, value: { group: key, imageId, from, toReplace: group?.instances.length ?? 0, refusals } }
}
