// What a family does to its own machines at bake time, as it is written.

import { fileReference } from '../yaml/file-reference.ts'
import { mapping, record, required, withDefault } from '../yaml/mapping.ts'
import { mapped, scalarOr } from '../yaml/reader.ts'
import { text } from '../yaml/scalars.ts'
import { variant } from '../yaml/variant.ts'
import { machinePath } from './names.ts'

const playbook = mapping('the playbook', {
  playbook: required(fileReference('playbook')),
  variables: withDefault(record('`variables`', text()), []),
})

const files = mapping('`files`', { from: required(fileReference('file or folder')), to: required(machinePath) })

export const provisioner = variant('a provisioner', {
  shell: fileReference(),
  files,
  ansible: scalarOr(
    mapped(fileReference('playbook'), (path, at) => ({ at, playbook: path, variables: [] })),
    playbook,
  ),
})

export type WrittenProvisioner = NonNullable<ReturnType<typeof provisioner.read>>
