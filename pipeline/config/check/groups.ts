// Groups: each belongs to one family, one stage and one wave.

import type { WrittenConfig } from '../written/drover-file.ts'
import type { Placed } from '../yaml/reader.ts'
import { reportFollowing } from '../yaml/reading.ts'

interface Claim {
  readonly family: string
  readonly stage: string
  readonly wave: string
  readonly account: string
  readonly group: Placed<string>
}

/** The longest list of alarms an instance refresh takes. */
const mostAlarms = 10

export function checkGroups(written: WrittenConfig): void {
  const first = new Map<string, Claim>()
  for (const claim of claimsOf(written)) {
    // The same group is the same account, region and name, whatever the stage is called.
    const identity = `${claim.account} ${claim.group.value}`
    const earlier = first.get(identity)
    if (earlier !== undefined) reportClaimedTwice(claim, earlier)
    else first.set(identity, claim)
  }
  for (const { value: family } of written.families) {
    for (const { name, value: waves } of family.groups)
      checkWaveNames(
        name,
        waves.value.map(({ wave }) => wave),
      )
    for (const { value: alarms } of family.alarms.filter((entry) => entry.value.value.length > mostAlarms)) {
      const hint = 'Make one composite alarm of them.'
      reportFollowing(alarms.at, 'config-wrong-value', `an instance refresh watches ${mostAlarms} alarms at most`, hint)
    }
  }
}

function claimsOf(written: WrittenConfig): readonly Claim[] {
  const accounts = new Map(written.stages.map(({ name, value }) => [name, value.account.value]))
  return written.families.flatMap(({ name: family, value: { groups } }) =>
    groups.flatMap(({ name: stage, value: waves }) =>
      waves.value.flatMap(({ wave, groups: members }) =>
        members
          .filter(({ group }) => group.value !== '')
          .map(({ group }) => ({ family, stage, wave: wave.value, account: accounts.get(stage) || `stage ${stage}`, group })),
      ),
    ),
  )
}

function reportClaimedTwice({ family, stage, group }: Claim, earlier: Claim): void {
  const { line } = earlier.group.at.reading.placeAt(earlier.group.at.offset)
  const hint = `Line ${line} has it in wave ${earlier.wave} of stage ${earlier.stage}; take it out of one of the two.`
  const message =
    family === earlier.family
      ? `group ${group.value} stands twice in family ${family}`
      : `group ${group.value} of stage ${stage} is claimed by two families, ${earlier.family} and ${family}`
  reportFollowing(group.at, 'config-conflict', message, hint)
}

function checkWaveNames(stage: string, waves: readonly Placed<string>[]): void {
  for (const [index, wave] of waves.entries()) {
    const twice = waves.findIndex((other) => other.value === wave.value) < index
    if (twice && wave.value !== '') {
      reportFollowing(
        wave.at,
        'config-conflict',
        `stage ${stage} has two waves called ${wave.value}`,
        'Name them apart, or make one of them.',
      )
    }
  }
}
