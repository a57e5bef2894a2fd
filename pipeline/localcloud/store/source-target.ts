// What a launch source stands for at this moment: a version's number, where it has any, and the image it names.

import { isConfiguration, type LaunchSource } from './group.ts'
import type { Draft, PlaceKey } from './state.ts'
import { versionOf } from './template-versions.ts'

export interface SourceTarget {
  /** Of a template. */
  readonly version?: number
  /** As it is written there: an ID, or a parameter that names one. */
  readonly image: string
}

/** Undefined when it is gone. */
export function sourceTarget(draft: Draft, place: PlaceKey, source: LaunchSource): SourceTarget | undefined {
  if (isConfiguration(source)) {
    const configuration = draft.get(place, 'launchConfigurations', source.configuration)
    return configuration && { image: configuration.data.ImageId ?? '' }
  }
  const template = draft.get(place, 'launchTemplates', source.templateId)
  const version = template && versionOf(draft, place, template, source.version)
  return version && { version: version.number, image: version.data.ImageId ?? '' }
}
