// DeleteParameter.

import type { DeleteParameterRequest, DeleteParameterResult } from '@aws-sdk/client-ssm'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'

export const deleteParameter = operation<DeleteParameterRequest, DeleteParameterResult>({
  handles: ['Name'],
  run({ input, draft, place }) {
    const name = required(input.Name, 'Name')
    if (draft.get(place, 'parameters', name) === undefined)
      throw new ApiFault('ParameterNotFound', `Parameter ${name} not found.`)
    draft.remove(place, 'parameters', name)
    return {}
  },
})
