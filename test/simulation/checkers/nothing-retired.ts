// Nothing in use is retired: no image that a machine runs, a group may launch, or an open release needs goes or is taken away. What the
// ledger says was taken out of use was.

import type { CloudState, Tables } from '../../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import { allRows, type CreateChecker, changesOf } from './checker.ts'
import { imageOfSource } from './lineage.ts'

type Image = Tables['images']

export const nothingRetired: CreateChecker = () => ({
  onStep: (step) => [
    ...changesOf(step, 'images').flatMap(({ before, after }) => {
      if (before?.state !== 'available') return []
      const loss = lossOf(before, after)
      const use = loss && useOf(step.state, step.records, before.id)
      return loss && use ? [`${before.id} ${loss}, but ${use}`] : []
    }),
    ...changesOf(step, 'templateVersions').flatMap(({ before, after, place }) => {
      if (before === undefined || after !== undefined) return []
      const users = allRows(step.state, 'groups').filter(
        ({ place: where, row }) => where === place && imageOfSource(step.state, place, row.launch) === undefined,
      )
      return users.map(({ row }) => `${row.name} launches ${JSON.stringify(row.launch)}, which is gone`)
    }),
  ],
  atEnd: ({ state, records }) =>
    [...lastSteps(records)].flatMap(([imageId, step]) => {
      const is = allRows(state, 'images').find(({ row }) => row.id === imageId)?.row.state ?? 'gone'
      if (step === 'deprecated' || is === 'gone') return []
      const isSo = step === 'restored' ? is === 'available' : step === 'disabled' && is === 'disabled'
      return isSo ? [] : [`${imageId} is ${is}, the ledger says ${step}`]
    }),
})

/** By image: what became of it last, by the ledger. */
function lastSteps(records: readonly LedgerEvent[]): ReadonlyMap<string, string> {
  return new Map(
    records.flatMap(({ event }): readonly (readonly [string, string])[] => {
      if (event.type === 'image.retired') return [[event.imageId, event.step]]
      return event.type === 'image.restored' ? [[event.imageId, 'restored']] : []
    }),
  )
}

function lossOf(before: Image, after: Image | undefined): string | undefined {
  if (after === undefined) return 'is gone'
  if (after.state !== 'available') return `became ${after.state}`
  const lost = before.launchAccounts.filter((account) => !after.launchAccounts.includes(account))
  return lost.length === 0 ? undefined : `may no longer be launched by ${lost.join(', ')}`
}

function useOf(state: CloudState, records: readonly LedgerEvent[], imageId: string): string | undefined {
  const machine = allRows(state, 'instances').find(({ row }) => row.imageId === imageId && row.state !== 'terminated')
  if (machine !== undefined) return `${machine.row.id} runs it`
  const group = allRows(state, 'groups').find(({ place, row }) => imageOfSource(state, place, row.launch) === imageId)
  if (group !== undefined) return `${group.row.name} launches it`
  const over = new Set(records.filter(({ event }) => isEnding(event.type)).map(({ release }) => release))
  const record = records.find(({ release, event }) => !over.has(release) && JSON.stringify(event).includes(imageId))
  return record && `${record.release}, which is not over, needs it (${record.event.type})`
}

function isEnding(type: string): boolean {
  return ['release.finished', 'release.failed', 'release.refused', 'release.superseded'].includes(type)
}
