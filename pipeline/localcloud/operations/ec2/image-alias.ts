// An image written as `resolve:ssm:PARAMETER`: looked up at every launch, never kept.

import type { Draft, PlaceKey } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'
import { findParameter } from '../ssm/find-parameter.ts'

const prefix = 'resolve:ssm:'

export function isImageAlias(written: string): boolean {
  return written.startsWith(prefix)
}

export function parameterOfAlias(written: string): string {
  return written.slice(prefix.length)
}

/** The image's ID: "resolve:ssm:parameter-name", with ":version-number" behind it or not [doc: using-systems-manager-parameters]. */
export function resolvedImage(draft: Draft, place: PlaceKey, written: string): string {
  if (!isImageAlias(written)) return written
  const name = parameterOfAlias(written)
  const value = findParameter(draft, place, name)?.version.value
  if (value === undefined)
    throw new ApiFault('InvalidParameterValue', `The parameter ${name} that stands for an image does not exist.`)
  if (!/^ami-[0-9a-f]+$/.test(value))
    throw new ApiFault('InvalidAMIID.Malformed', `Invalid id: "${value}" (of the parameter ${name})`)
  return value
}
