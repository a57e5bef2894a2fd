// Parameters as Systems Manager shows them, and how a name with a version selects one.

import type { Parameter as ParameterView } from '@aws-sdk/client-ssm'
import type { Parameter } from '../../store/parameter.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { placeOf } from '../../store/state.ts'
import { ApiFault } from '../../wire/fault.ts'

export function parameterArn(place: PlaceKey, name: string): string {
  const { account, region } = placeOf(place)
  return `arn:aws:ssm:${region}:${account}:parameter${name.startsWith('/') ? '' : '/'}${name}`
}

/** The parameter a name or `name:version` selects; undefined when there is none. */
export function selectParameter(
  draft: Draft,
  place: PlaceKey,
  selector: string,
): { readonly parameter: Parameter; readonly version: Parameter['versions'][number] } | undefined {
  const [name = '', wanted] = selector.split(':')
  const parameter = draft.get(place, 'parameters', name)
  if (parameter === undefined) return undefined
  const version =
    wanted === undefined ? parameter.versions.at(-1) : parameter.versions.find(({ number }) => String(number) === wanted)
  if (version === undefined)
    throw new ApiFault('ParameterVersionNotFound', `Systems Manager could not find version ${wanted} of ${name}.`)
  return { parameter, version }
}

/** A secure string that is not to be decrypted shows as cipher text: here its digest-like stand-in, never the value. */
export function parameterView(
  place: PlaceKey,
  parameter: Parameter,
  version: Parameter['versions'][number],
  decrypted: boolean,
): ParameterView {
  const hidden = parameter.type === 'SecureString' && !decrypted
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: hidden ? `AQICAHi-encrypted-by-the-local-cloud-v${version.number}` : version.value,
    Version: version.number,
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: parameterArn(place, parameter.name),
    DataType: 'text',
  }
}
