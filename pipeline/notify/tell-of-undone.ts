// What is told again and again of groups that were taken back, until a release has replaced what they run.

import { formatDuration, listed } from '../kernel/index.ts'
import { describeGroup, describeLost, type EventOf } from '../release/index.ts'
import { counted, type Occasion, type Telling } from './telling.ts'

const mostNamed = 5
const dayMs = 86_400_000

export function tellOfUndone({ groups }: EventOf<'reminder.given'>, { release }: Occasion): Telling | undefined {
  const { id, family, returnsTo, ending, remindedAt } = release
  if (returnsTo === undefined || ending === undefined || remindedAt === undefined) return undefined
  const days = Math.floor((remindedAt.wallAt - ending.moment.wallAt) / dayMs)
  return {
    level: 'action',
    headline: `${counted(groups.length)} of ${family} still on ${returnsTo.release}, taken back ${formatDuration(days * dayMs)} ago (${id})`,
    meaning: `No release has come there since, and no security update: ${listed(groups.map(describeGroup), mostNamed)}. ${describeLost(returnsTo)}`,
    action: `Mend what was wrong, then drover release ${family}. This is told again every day until then`,
  }
}
