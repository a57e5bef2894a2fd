// PutParameter: a new parameter, or a new version of one when Overwrite is given.

import type { PutParameterRequest, PutParameterResult } from '@aws-sdk/client-ssm'
import type { Parameter } from '../../store/parameter.ts'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'

const nameShape = /^[\w./-]{1,1011}$/

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html: 4 KB standard, 100 versions. */
const longestValue = 4_096
const mostVersions = 100

export const putParameter = operation<PutParameterRequest, PutParameterResult>({
  handles: ['Name', 'Value', 'Type', 'Overwrite', 'Description', 'KeyId', 'Tags'],
  run({ input, draft, place, caller, now }) {
    const name = required(input.Name, 'Name')
    const value = required(input.Value, 'Value')
    if (!nameShape.test(name)) throw new ApiFault('ValidationException', `Parameter name ${name} is not valid.`)
    if (Buffer.byteLength(value) > longestValue) {
      throw new ApiFault(
        'ValidationException',
        `Standard tier parameters support a maximum parameter value of ${longestValue} characters.`,
      )
    }
    const known = draft.get(place, 'parameters', name)
    if (known !== undefined && input.Overwrite !== true) {
      throw new ApiFault(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      )
    }
    const type = input.Type ?? known?.type
    if (type === undefined) throw new ApiFault('ValidationException', 'A parameter type is required when you create a parameter.')
    const number = (known?.versions.at(-1)?.number ?? 0) + 1
    const description = input.Description ?? known?.description
    const keyId = type === 'SecureString' ? (input.KeyId ?? known?.keyId ?? 'alias/aws/ssm') : undefined
    const parameter: Parameter = {
      name,
      type,
      ...(keyId === undefined ? {} : { keyId }),
      ...(description === undefined ? {} : { description }),
      versions: [...(known?.versions ?? []), { number, value, modifiedAt: now, modifiedBy: caller.arn }].slice(-mostVersions),
      tags: { ...known?.tags, ...Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])) },
    }
    draft.put(place, 'parameters', name, parameter)
    return { Version: number, Tier: 'Standard' }
  },
})
