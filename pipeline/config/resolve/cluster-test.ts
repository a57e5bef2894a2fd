// The test of a cluster, with every default and each group by its region and name.

import { assert } from '../../kernel/index.ts'
import type { TestPolicy } from '../../release/index.ts'
import { parseGroupName } from '../written/names.ts'
import type { WrittenTest } from '../written/test.ts'

export function clusterTest(value: Extract<WrittenTest, { readonly kind: 'cluster' }>['value']): TestPolicy {
  const { name, namespace, image, lookUp, timeout: timeoutMs, in: access } = value
  assert(access, `test ${name} was checked to name a cluster`)
  const groups = value.groups.flatMap((written) => {
    const found = parseGroupName(written.value)
    return found === undefined ? [] : [{ region: found.region, name: found.group }]
  })
  return {
    kind: 'cluster',
    name,
    access: access.kind === 'eks' ? { kind: 'eks', cluster: access.value } : { kind: 'kubeconfig', file: access.value },
    groups,
    namespace,
    image,
    lookUp,
    timeoutMs,
  }
}
