// A role: by its name or ARN alone, or with how it is taken.

import { mapping, optional, placedDefault, required } from '../yaml/mapping.ts'
import { mapped, type Placed, placed, scalarOr } from '../yaml/reader.ts'
import { choice } from '../yaml/scalars.ts'
import { externalId, roleName } from './names.ts'

const whole = mapping('the role', {
  name: required(placed(roleName), 'Name the role: { name: drover-promote, by: oidc }'),
  by: placedDefault(choice('a way to take a role', ['assume', 'oidc']), 'assume'),
  externalId: optional(placed(externalId)),
})

export type WrittenRole = ReturnType<typeof whole.read>

export const role = scalarOr(
  mapped(placed(roleName), (name: Placed<string>, at): WrittenRole => {
    return { at, name, by: { at, value: 'assume' }, externalId: undefined }
  }),
  whole,
)
