// Reach: every region a group runs in, and whoever images are shared with, must be one an encrypted image can get to.

import { partitionOf } from '../resolve/partition.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { parseGroupName } from '../written/names.ts'
import { childOf, under } from '../yaml/mapping.ts'
import { reportFollowing, type Spot } from '../yaml/reading.ts'

export function checkKeys(written: WrittenConfig): void {
  const { images } = written
  const home = images.region.value
  const keyed = new Set(images.kmsKeys.map(({ name }) => name))
  checkOrganisation(written)
  const missing = new Set<string>()
  for (const { region, stage, account, at } of regionsOf(written)) {
    if (home !== '' && partitionOf(region) !== partitionOf(home)) {
      const message = `${region} and the home region ${home} are in different partitions of AWS`
      reportFollowing(
        at,
        'config-conflict',
        message,
        "Images can't be copied between partitions: give each its own configuration.",
      )
    } else if (account !== '' && account !== images.account && !keyed.has(region)) {
      if (missing.has(region)) continue
      missing.add(region)
      reportMissingKey(childOf(images.at, 'kmsKeys'), region, stage)
    }
  }
}

function checkOrganisation({ images: { region, shareWith } }: WrittenConfig): void {
  if (shareWith === undefined || region.value === '') return
  const { at, value } = shareWith.organisation
  if (value === '' || value.startsWith(`arn:${partitionOf(region.value)}:`)) return
  const message = `the organisation and the home region ${region.value} are in different partitions of AWS`
  reportFollowing(at, 'config-conflict', message, 'Name the organisation that the accounts of the stages belong to.')
}

function reportMissingKey(kmsKeys: Spot, region: string, stage: string): void {
  const hint = `The default key of a region can't be shared with another account: name a customer-managed one, \`${region}: alias/drover\`.`
  const message = `\`images\` has no KMS key for ${region}, where stage ${stage} runs in another account`
  reportFollowing(under(kmsKeys, region), 'config-missing-key', message, hint)
}

function regionsOf({ families, stages }: WrittenConfig) {
  const accounts = new Map(stages.map(({ name, value }) => [name, value.account.value]))
  return families.flatMap(({ value: { groups } }) =>
    groups.flatMap(({ name: stage, value: waves }) =>
      waves.value.flatMap(({ groups: members }) =>
        members.flatMap(({ group: { value, at } }) => {
          const region = parseGroupName(value)?.region
          return region === undefined ? [] : [{ region, stage, account: accounts.get(stage) ?? '', at }]
        }),
      ),
    ),
  )
}
