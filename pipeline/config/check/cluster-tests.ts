// Tests of a cluster: a group that one names is the family's, in that stage.

import type { WrittenConfig } from '../written/drover-file.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkClusterTests({ families }: WrittenConfig): void {
  for (const { name: family, value } of families) {
    for (const { name: stage, value: tests } of value.tests) {
      const waves = value.groups.find((entry) => entry.name === stage)?.value.value ?? []
      const known = waves.flatMap(({ groups }) => groups.map(({ group }) => group.value))
      const named = tests.flatMap((test) => (test?.kind === 'cluster' ? test.value.groups : []))
      for (const { at, value: group } of named.filter((one) => one.value !== '' && !known.includes(one.value)))
        reportFollowing(at, 'config-wrong-value', `family ${family} has no group ${group} in stage ${stage}`)
    }
  }
}
