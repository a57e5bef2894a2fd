// What taking a group off its launch configuration would come to, read off the group as it is; nothing is written.

import { digestOf } from '../../kernel/index.ts'
import type { CloudAt, CloudOutcome, LaunchConfiguration, TemplateVersion } from '../../ports/index.ts'
import type { Refusal } from '../check.ts'
import { obstacles } from './obstacles.ts'

export type MigrationPlan =
  | {
      readonly kind: 'to-do'
      readonly configuration: LaunchConfiguration
      /** What the template will be called, the same whoever asks and whenever. */
      readonly templateName: string
      /** Every reason not to; empty when it may be done. */
      readonly refusals: readonly Refusal[]
    }
  /** It launches from a template already; `from`: the configuration that drover made that of, absent when it did not. */
  | { readonly kind: 'done'; readonly template: TemplateVersion | undefined; readonly from?: string }

/** Undefined: there is no such group. */
export async function planMigration(at: CloudAt, name: string): Promise<CloudOutcome<MigrationPlan | undefined>> {
  const groups = await at.describeGroups([name])
  if (!groups.ok) return groups
  const group = groups.value.find((one) => one.name === name)
  if (group === undefined) return { ok: true, value: undefined }
  const source = group.launchSource
  if (source.kind !== 'launch-configuration') return whatItHas(at, source)
  const configuration = await at.launchConfiguration(source.name)
  if (!configuration.ok) return configuration
  const refreshes = await at.describeRefreshes(name)
  if (!refreshes.ok) return refreshes
  const facts = { group, configuration: configuration.value, refreshes: refreshes.value }
  const templateName = nameOfTemplate(name, configuration.value)
  return {
    ok: true,
    value: { kind: 'to-do', configuration: configuration.value, templateName, refusals: obstacles(facts) },
  }
}

type Source = Exclude<Parameters<CloudAt['startRefresh']>[1], undefined> | { readonly kind: 'none' }

async function whatItHas(at: CloudAt, source: Source): Promise<CloudOutcome<MigrationPlan>> {
  if (source.kind === 'none') return { ok: true, value: { kind: 'done', template: undefined } }
  const version = await at.describeTemplateVersion(source.templateId, source.version)
  if (!version.ok) return version
  const { templateId, version: number, description } = version.value
  const from = description?.startsWith(madeOf) ? description.slice(madeOf.length) : undefined
  const template = { templateId, version: number }
  return { ok: true, value: { kind: 'done', template, ...(from === undefined ? {} : { from }) } }
}

const madeOf = 'drover: of the launch configuration '

/** How a template that drover made is known again: "VersionDescription: maximum length of 255" [doc: CreateLaunchTemplate]. */
export function descriptionOf({ name }: LaunchConfiguration): string {
  return `${madeOf}${name}`.slice(0, 255)
}

/** The group's name for people; the rest tells it from a template that is there, and from one of another configuration. */
function nameOfTemplate(group: string, configuration: LaunchConfiguration): string {
  const readable = group.replace(/[^a-zA-Z0-9().\-/_]/g, '-').slice(0, 100)
  return `${readable}-${tokenOf(group, configuration).slice(0, 8)}`
}

/** The configuration never changes, and another of its name has another ARN: the same order is the same template. */
export function tokenOf(group: string, { arn }: LaunchConfiguration): string {
  return digestOf({ migrate: group, of: arn }).slice(0, 32)
}
