// Finds the group that is to leave its launch configuration, says what that would come to, and has it done when it may be.

import { type ConductorContext, carryOutMigration } from '../conductor/index.ts'
import type { Config } from '../config/index.ts'
import { badArgument, nearest, ProblemError } from '../kernel/index.ts'
import type { Cloud, CloudOutcome, TemplateVersion } from '../ports/index.ts'
import {
  describeGroup,
  describeHold,
  type GroupKey,
  groupsOf,
  holdOn,
  keyOf,
  openMigration,
  ordersOf,
  placeOf,
  type StagePolicy,
} from '../release/index.ts'
import { type MigrationPlan, migrateGroup, planMigration, type Refusal } from '../roll/index.ts'

export interface MigrateWish {
  /** `region/name`. */
  readonly group: string
  /** Needed where several stages have a group of that name. */
  readonly stage: string | undefined
  readonly apply: boolean
  readonly reason: string
}

export interface MigrateOutcome {
  readonly key: GroupKey
  readonly plan: MigrationPlan
  /** Why it can't be done; the plan's own, and holds. */
  readonly refusals: readonly Refusal[]
  /** What the group launches from now; undefined when nothing was done. */
  readonly template: TemplateVersion | undefined
}

export interface MigrateContext {
  readonly conductor: ConductorContext
  readonly cloud: Cloud
  readonly config: Config
}

/** Throws a ProblemError for a group that isn't there, and for what AWS did not do. */
export async function migrate({ conductor, cloud, config }: MigrateContext, wish: MigrateWish): Promise<MigrateOutcome> {
  const { family, stage, key } = target(config, wish)
  const at = cloud.at(placeOf(stage, key))
  const plan = needed(await planMigration(at, key.group))
  if (plan === undefined) {
    const message = `there is no group ${describeGroup(key)} in account ${stage.account}`
    throw new ProblemError({ code: 'not-found', message, hint: 'Check its name, account and region in drover.yaml.' })
  }
  const events = await conductor.ledger.read()
  const hold = holdOn(ordersOf(events), family, stage.name, key)
  const held = hold ? [{ cause: describeHold(hold, key), hint: 'drover resume lifts it.' }] : []
  const refusals = [...held, ...(plan.kind === 'to-do' ? plan.refusals : [])]
  const outcome = { key, plan, refusals, template: undefined }
  const open = openMigration(events, key)
  if (!wish.apply || refusals.length > 0 || (plan.kind === 'done' && open === undefined)) return outcome
  const order = {
    group: key,
    from: plan.kind === 'to-do' ? plan.configuration.name : (open?.from ?? ''),
    by: conductor.runner,
    reason: wish.reason,
  }
  let template: TemplateVersion | undefined
  const act = async () => {
    const made = await switched(at, key.group, plan)
    if (made.ok) template = made.value
    return made
  }
  needed(await carryOutMigration(conductor, order, act))
  return { ...outcome, template }
}

/** A group that has its template already was left by a runner that could not say so any more. */
async function switched(
  at: Parameters<typeof migrateGroup>[0],
  group: string,
  plan: MigrationPlan,
): Promise<CloudOutcome<TemplateVersion>> {
  if (plan.kind === 'to-do') return migrateGroup(at, group, plan)
  if (plan.template !== undefined && plan.from !== undefined) return { ok: true, value: plan.template }
  const message = `${group} launches from a template that drover did not make, though its migration was ordered`
  return { ok: false, kind: 'conflict', code: 'GroupChanged', message }
}

function needed<Value>(outcome: CloudOutcome<Value>): Value {
  if (outcome.ok) return outcome.value
  const code = outcome.kind === 'denied' ? 'missing-right' : 'refused'
  const hint =
    outcome.kind === 'denied'
      ? 'drover iam --with-migration prints the rights that this needs.'
      : 'Look at it, and say it again: what was done is found.'
  throw new ProblemError({ code, message: outcome.message, hint })
}

interface Target {
  readonly family: string
  readonly stage: StagePolicy
  readonly key: GroupKey
}

function target({ families }: Config, { group, stage: wanted }: MigrateWish): Target {
  const all = families.flatMap(({ name: family, policies }) =>
    policies.weekly.stages.flatMap((stage) => groupsOf(stage).map((one): Target => ({ family, stage, key: keyOf(stage, one) }))),
  )
  const named = all.filter(({ key }) => `${key.region}/${key.group}` === group)
  const [found, ...others] = named.filter(({ stage }) => wanted === undefined || stage.name === wanted)
  if (found === undefined) throw notThere(group, wanted, named.length > 0 ? named : all)
  if (others.some(({ stage }) => stage.name !== found.stage.name)) {
    const stages = named.map(({ stage }) => stage.name).join(', ')
    throw badArgument(`${group} is in several stages: ${stages}`, 'Say --stage NAME.')
  }
  return found
}

function notThere(group: string, stage: string | undefined, known: readonly Target[]): ProblemError {
  const message = `there is no group ${group}${stage === undefined ? '' : ` in ${stage}`} in the configuration`
  const names = [...new Set(known.map(({ key }) => `${key.region}/${key.group}`))]
  const meant = names.includes(group) ? undefined : nearest(group, names)
  const where = known.map(({ key }) => describeGroup(key)).join(', ')
  return new ProblemError({ code: 'not-found', message, hint: meant ? `did you mean ${meant}?` : `it has ${where}` })
}
