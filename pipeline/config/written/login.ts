// Who may log in to a family's machines, and how, as it is written.

import { fileReference } from '../yaml/file-reference.ts'
import { mapping, optional, placedDefault, required } from '../yaml/mapping.ts'
import { list } from '../yaml/reader.ts'
import { choice, shaped } from '../yaml/scalars.ts'
import { name } from './names.ts'

const principal = shaped('a principal', /^[\w.@+-]+$/, 'operators')

export const login = mapping('`login`', {
  user: required(name),
  by: placedDefault(choice('a way to log in', ['keys', 'ssh-ca', 'ssm']), 'keys'),
  allowGroups: optional(list('the list of groups', name, 1)),
  trustedKeys: optional(fileReference()),
  principals: optional(list('the list of principals', principal, 1)),
})
