// PutParameter, GetParameter, GetParameters, GetParametersByPath, DeleteParameter, DeleteParameters.

import type {
  DeleteParameterRequest,
  DeleteParametersRequest,
  DeleteParametersResult,
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
  PutParameterRequest,
  PutParameterResult,
  Parameter as WireParameter,
} from '@aws-sdk/client-ssm'
import type { Parameter } from '../../store/parameter.ts'
import { type Draft, type PlaceKey, placeOf } from '../../store/state.ts'
import { tagsFrom } from '../../store/tags.ts'
import { ApiFault } from '../../wire/fault.ts'
import { findImage, mayLaunch } from '../ec2/visible-image.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { type FoundParameter, findParameter, isPublicName, publicPlace } from './find-parameter.ts'

/** "Standard parameters have a value of at most 4 KB" [doc: parameter-store-advanced-parameters]. */
const longestValueBytes = 4_096

export const putParameter = operation<PutParameterRequest, PutParameterResult>({
  handles: ['Name', 'Value', 'Type', 'Description', 'KeyId', 'Overwrite', 'Tags', 'Tier', 'DataType'],
  run({ input, draft, place, account, region, caller, now }) {
    const { Name: name = '', Value: value = '' } = input
    refuseOdd(input)
    const known = draft.get(place, 'parameters', name)
    if (known !== undefined && !input.Overwrite) {
      throw new ApiFault(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      )
    }
    if (known === undefined && input.Type === undefined)
      throw new ApiFault('ValidationException', 'A parameter type is required when you create a parameter.')
    const number = (known?.versions.at(-1)?.number ?? 0) + 1
    const type = input.Type ?? known?.type ?? 'String'
    const isImage = (input.DataType ?? known?.dataType) === 'aws:ec2:image'
    if (known !== undefined && isImage !== (known.dataType === 'aws:ec2:image')) throw changedDataType()
    if (isImage && !mayStandFor(draft, account, region, value)) return { Version: number, Tier: 'Standard' }
    const parameter: Parameter = {
      name,
      type,
      versions: [...(known?.versions ?? []), { number, value, modifiedAt: now, modifiedBy: caller.arn }],
      tags: known?.tags ?? tagsFrom(input.Tags),
      ...(isImage ? { dataType: 'aws:ec2:image' as const } : {}),
      ...(type === 'SecureString' ? { keyId: input.KeyId ?? known?.keyId ?? 'alias/aws/ssm' } : {}),
      ...(input.Description === undefined ? {} : { description: input.Description }),
    }
    draft.put(place, 'parameters', name, parameter)
    return { Version: number, Tier: 'Standard' }
  },
})

/**
 * "If you submit an invalid AMI value, the PutParameter operation will return success, but the asynchronous validation will fail and the
 * parameter will not be created or updated" [doc: PutParameter].
 */
function mayStandFor(draft: Draft, account: string, region: string, imageId: string): boolean {
  const image = findImage(draft, region, imageId)
  return image !== undefined && image.state === 'available' && mayLaunch(draft, image, account)
}

/** "You can't change a parameter to or from" `aws:ec2:image` [doc: parameter-store-data-types]; no page gives the words of the refusal. */
function changedDataType(): ApiFault {
  return new ApiFault('ValidationException', 'The data type of a parameter that stands for an image cannot be changed.')
}

function refuseOdd({
  Name: name = '',
  Value: value = '',
  Tier: tier = 'Standard',
  DataType: dataType = 'text',
}: PutParameterRequest): void {
  if (!/^\/?[a-zA-Z0-9_.-]+(\/[a-zA-Z0-9_.-]+)*$/.test(name))
    throw new ApiFault(
      'ValidationException',
      `Parameter name: can't be prefixed with "ssm" or contain other than a-zA-Z0-9_.-/: ${name}`,
    )
  if (isPublicName(name)) throw new ApiFault('AccessDeniedException', `No access to reserved parameter name: ${name}.`)
  if (value === '' || Buffer.byteLength(value) > longestValueBytes)
    throw new ApiFault('ValidationException', `A standard parameter's value has 1 to ${longestValueBytes} bytes.`)
  if (tier !== 'Standard')
    throw new ApiFault('UnsupportedOperation', `The local cloud does not implement Tier=${tier} of PutParameter.`)
  if (dataType !== 'text' && dataType !== 'aws:ec2:image')
    throw new ApiFault('UnsupportedOperation', `The local cloud does not implement DataType=${dataType} of PutParameter.`)
}

export const getParameter = operation<GetParameterRequest, GetParameterResult>({
  handles: ['Name', 'WithDecryption'],
  run({ input, draft, place }) {
    const found = findParameter(draft, place, input.Name ?? '')
    if (found === undefined) throw notFound(input.Name)
    return { Parameter: parameterView(place, found, input.WithDecryption ?? false) }
  },
})

export const getParameters = operation<GetParametersRequest, GetParametersResult>({
  handles: ['Names', 'WithDecryption'],
  run({ input, draft, place }) {
    const names = input.Names ?? []
    if (names.length > 10) throw new ApiFault('ValidationException', 'At most 10 parameters can be asked for at once.')
    const found = names.map((name) => ({ name, value: findParameter(draft, place, name) }))
    return {
      Parameters: found.flatMap(({ value }) =>
        value === undefined ? [] : [parameterView(place, value, input.WithDecryption ?? false)],
      ),
      InvalidParameters: found.filter(({ value }) => value === undefined).map(({ name }) => name),
    }
  },
})

export const getParametersByPath = operation<GetParametersByPathRequest, GetParametersByPathResult>({
  handles: ['Path', 'Recursive', 'WithDecryption', 'MaxResults', 'NextToken'],
  run({ input, draft, place, region }) {
    const path = (input.Path ?? '/').replace(/\/*$/, '/')
    const rows = draft
      .rows(isPublicName(path) ? publicPlace(region) : place, 'parameters')
      .filter(({ name }) => name.startsWith(path) && (input.Recursive || !name.slice(path.length).includes('/')))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const page = pageOf(rows, ({ name }) => name, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 10,
      badToken: 'InvalidNextToken',
    })
    const found = page.rows.flatMap((parameter) => findParameter(draft, place, parameter.name) ?? [])
    return { NextToken: page.nextToken, Parameters: found.map((one) => parameterView(place, one, input.WithDecryption ?? false)) }
  },
})

export const deleteParameter = operation<DeleteParameterRequest, object>({
  handles: ['Name'],
  run({ input, draft, place }) {
    if (draft.get(place, 'parameters', input.Name ?? '') === undefined) throw notFound(input.Name)
    draft.remove(place, 'parameters', input.Name ?? '')
    return {}
  },
})

export const deleteParameters = operation<DeleteParametersRequest, DeleteParametersResult>({
  handles: ['Names'],
  run({ input, draft, place }) {
    const names = input.Names ?? []
    const known = names.filter((name) => draft.get(place, 'parameters', name) !== undefined)
    for (const name of known) draft.remove(place, 'parameters', name)
    return { DeletedParameters: known, InvalidParameters: names.filter((name) => !known.includes(name)) }
  },
})

function parameterView(place: PlaceKey, { parameter, version, selector }: FoundParameter, isDecrypted: boolean): WireParameter {
  const { account, region } = placeOf(place)
  const isSealed = parameter.type === 'SecureString' && !isDecrypted
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: isSealed
      ? Buffer.from(`sealed with ${parameter.keyId}: ${parameter.name}:${version.number}`).toString('base64')
      : version.value,
    Version: version.number,
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: `arn:aws:ssm:${region}:${isPublicName(parameter.name) ? '' : account}:parameter${parameter.name.startsWith('/') ? '' : '/'}${parameter.name}`,
    DataType: parameter.dataType ?? 'text',
    ...(selector === undefined ? {} : { Selector: selector }),
  }
}

function notFound(name: string | undefined): ApiFault {
  return new ApiFault('ParameterNotFound', `Parameter ${name} not found.`)
}
