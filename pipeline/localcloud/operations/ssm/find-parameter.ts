// A parameter by name, `name:version` or ARN: the account's own, or one that AWS and vendors publish below /aws/.

import type { Parameter } from '../../store/parameter.ts'
import { type Draft, type PlaceKey, placeKey, placeOf } from '../../store/state.ts'

export interface FoundParameter {
  readonly parameter: Parameter
  readonly version: Parameter['versions'][number]
  /** `:3` when a version was asked for. */
  readonly selector: string | undefined
}

/** Where public parameters of a region are kept: no account's. */
export function publicPlace(region: string): PlaceKey {
  return placeKey('public', region)
}

/** "/aws/ is reserved": such names are the same for every account [doc: parameter-store-public-parameters]. */
export function isPublicName(name: string): boolean {
  return name.startsWith('/aws/')
}

export function findParameter(draft: Draft, place: PlaceKey, written: string): FoundParameter | undefined {
  const local = written.replace(/^arn:aws:ssm:[^:]+:\d{0,12}:parameter/, '')
  const [, name = '', number] = /^([^:]*)(?::(\d+))?$/.exec(local) ?? []
  const home = isPublicName(name) ? publicPlace(placeOf(place).region) : place
  const parameter = draft.get(home, 'parameters', name) ?? draft.get(home, 'parameters', name.replace(/^\//, ''))
  const version =
    number === undefined ? parameter?.versions.at(-1) : parameter?.versions.find((one) => one.number === Number(number))
  return parameter === undefined || version === undefined
    ? undefined
    : { parameter, version, selector: number === undefined ? undefined : `:${number}` }
}
