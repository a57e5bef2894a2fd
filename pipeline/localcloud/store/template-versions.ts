// The versions of a launch template: rows of their own, so that a new one costs no more than itself.

import type { LaunchTemplate, TemplateVersion } from './launch-template.ts'
import type { Draft, PlaceKey } from './state.ts'

/** The number a version is written as: digits, `$Latest`, `$Default`, or nothing for the default. */
export function versionNumber(template: LaunchTemplate, written: string | undefined): number | undefined {
  if (written === undefined || written === '$Default') return template.defaultVersion
  if (written === '$Latest') return template.latestVersion
  return /^\d+$/.test(written) ? Number(written) : undefined
}

export function versionOf(
  draft: Draft,
  place: PlaceKey,
  template: LaunchTemplate,
  written: string | undefined,
): TemplateVersion | undefined {
  const number = versionNumber(template, written)
  return number === undefined ? undefined : draft.get(place, 'templateVersions', versionKey(template, number))
}

/** Those there are, from the first: deleted numbers stay gaps. */
export function versionsOf(draft: Draft, place: PlaceKey, template: LaunchTemplate): TemplateVersion[] {
  const numbers = Array.from({ length: template.latestVersion }, (_, index) => index + 1)
  return numbers.flatMap((number) => draft.get(place, 'templateVersions', versionKey(template, number)) ?? [])
}

export function putVersion(draft: Draft, place: PlaceKey, template: Pick<LaunchTemplate, 'id'>, version: TemplateVersion): void {
  draft.put(place, 'templateVersions', versionKey(template, version.number), version)
}

export function removeVersion(draft: Draft, place: PlaceKey, template: LaunchTemplate, number: number): void {
  draft.remove(place, 'templateVersions', versionKey(template, number))
}

function versionKey({ id }: Pick<LaunchTemplate, 'id'>, number: number): string {
  return `${id} ${number}`
}
