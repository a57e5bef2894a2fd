// GetParameter, GetParameters and GetParametersByPath.

import type {
  GetParameterRequest,
  GetParameterResult,
  GetParametersByPathRequest,
  GetParametersByPathResult,
  GetParametersRequest,
  GetParametersResult,
} from '@aws-sdk/client-ssm'
import { ApiFault } from '../../wire/fault.ts'
import { operation, required } from '../operation.ts'
import { pageOf } from '../pages.ts'
import { parameterView, selectParameter } from './parameter-view.ts'

export const getParameter = operation<GetParameterRequest, GetParameterResult>({
  handles: ['Name', 'WithDecryption'],
  run({ input, draft, place }) {
    const name = required(input.Name, 'Name')
    const found = selectParameter(draft, place, name)
    if (found === undefined) throw new ApiFault('ParameterNotFound', `Parameter ${name} not found.`)
    return { Parameter: parameterView(place, found.parameter, found.version, input.WithDecryption === true) }
  },
})

export const getParameters = operation<GetParametersRequest, GetParametersResult>({
  handles: ['Names', 'WithDecryption'],
  run({ input, draft, place }) {
    const names = required(input.Names, 'Names')
    if (names.length > 10) throw new ApiFault('ValidationException', 'At most 10 names can be asked for.')
    const found = names.map((name) => ({ name, selected: selectParameter(draft, place, name) }))
    return {
      Parameters: found.flatMap(({ selected }) =>
        selected === undefined ? [] : [parameterView(place, selected.parameter, selected.version, input.WithDecryption === true)],
      ),
      InvalidParameters: found.filter(({ selected }) => selected === undefined).map(({ name }) => name),
    }
  },
})

export const getParametersByPath = operation<GetParametersByPathRequest, GetParametersByPathResult>({
  handles: ['Path', 'Recursive', 'WithDecryption', 'MaxResults', 'NextToken'],
  run({ input, draft, place }) {
    const path = required(input.Path, 'Path').replace(/\/*$/, '/')
    const below = draft
      .rows(place, 'parameters')
      .filter(({ name }) => name.startsWith(path) && (input.Recursive === true || !name.slice(path.length).includes('/')))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const page = pageOf(below, ({ name }) => name, {
      size: input.MaxResults,
      token: input.NextToken,
      largest: 10,
      badToken: 'InvalidNextToken',
    })
    return {
      Parameters: page.rows.flatMap((parameter) => {
        const version = parameter.versions.at(-1)
        return version === undefined ? [] : [parameterView(place, parameter, version, input.WithDecryption === true)]
      }),
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    }
  },
})
