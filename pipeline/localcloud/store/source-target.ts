// What a launch source stands for at this moment: the versions, types and images it may launch.

import {
  isConfiguration,
  type LaunchOverride,
  type LaunchSource,
  type Member,
  overridesOf,
  type TemplateSource,
} from './group.ts'
import type { LaunchTemplate, TemplateVersion } from './launch-template.ts'
import type { Draft, PlaceKey } from './state.ts'
import { versionOf } from './template-versions.ts'

export interface SourceTarget {
  /** Of a template. */
  readonly version?: number
  /** As it is written there: an ID, or a parameter that names one. */
  readonly image: string
}

/** One kind of instance that a source launches. */
export interface Launchable {
  /** The version it launches from; a configuration has none. */
  readonly template?: { readonly id: string; readonly version: number }
  readonly configuration?: string
  /** Undefined where nothing names a type. */
  readonly instanceType?: string
  /** As it is written: an ID, or a parameter that names one. */
  readonly image: string
}

/** Undefined when it is gone. */
export function sourceTarget(draft: Draft, place: PlaceKey, source: LaunchSource): SourceTarget | undefined {
  if (isConfiguration(source)) {
    const configuration = draft.get(place, 'launchConfigurations', source.configuration)
    return configuration && { image: configuration.data.ImageId ?? '' }
  }
  const own = templateLaunched(draft, place, source, {})
  return own && { version: own.version.number, image: own.version.data.ImageId ?? '' }
}

/** What it launches, one for each override, or what its template says alone; a version that is gone launches nothing. */
export function launchables(draft: Draft, place: PlaceKey, source: LaunchSource): readonly Launchable[] {
  if (isConfiguration(source)) {
    const data = draft.get(place, 'launchConfigurations', source.configuration)?.data
    return data === undefined
      ? []
      : [{ configuration: source.configuration, ...typed(data.InstanceType), image: data.ImageId ?? '' }]
  }
  const overrides = overridesOf(source)
  return (overrides.length === 0 ? [{}] : overrides).flatMap((override) => {
    const named = templateLaunched(draft, place, source, override)
    if (named === undefined) return []
    const { InstanceType, ImageId = '' } = named.version.data
    return {
      template: { id: named.template.id, version: named.version.number },
      ...typed(override.instanceType ?? InstanceType),
      image: override.imageId ?? ImageId,
    }
  })
}

/** The template and the version that an override launches: the policy's, where it names none of its own. Undefined when either is gone. */
export function templateLaunched(
  draft: Draft,
  place: PlaceKey,
  source: TemplateSource,
  override: LaunchOverride,
): { readonly template: LaunchTemplate; readonly version: TemplateVersion } | undefined {
  const named = override.template ?? { id: source.templateId, version: source.version }
  const template = draft.get(place, 'launchTemplates', named.id)
  const version = template && versionOf(draft, place, template, named.version)
  return version && { template, version }
}

function typed(instanceType: string | undefined): Pick<Launchable, 'instanceType'> {
  return instanceType === undefined ? {} : { instanceType }
}

/** Whether it was launched from that template at that version, or from that configuration. */
export function isLaunchedFrom({ template, configuration }: Member, from: Launchable): boolean {
  if (from.template === undefined) return configuration === from.configuration
  return template?.id === from.template.id && template.version === from.template.version
}

/** `$Latest` or `$Default`, where a source or one of its overrides names it: what it launches may change by itself. */
export function movingVersion(source: LaunchSource): string | undefined {
  return isConfiguration(source) ? undefined : versionsWritten(source).find((version) => version.startsWith('$'))
}

function versionsWritten(source: TemplateSource): readonly string[] {
  return [source.version, ...overridesOf(source).flatMap(({ template }) => template?.version ?? [])]
}
