// The last drill as `drover status` shows it, and the warning when it was too long ago.

import { expect, test } from 'vitest'
import { describeDrill, type FamilyDrill } from '../../pipeline/cli/drill-view.ts'
import { minuteMs } from '../support/factories.ts'

const dayMs = 86_400_000
const last = { release: 'web-2026.47.2', stage: 'dev', endedAt: 0, tookMs: 12 * minuteMs, agoMs: dayMs }
const walked = 'drill of web: 12m to dev, 1 day ago (web-2026.47.2)'

test.each<[string, FamilyDrill, readonly string[]]>([
  ['none, and none due', { family: 'web', overdueMs: undefined }, []],
  ['one', { family: 'web', last, overdueMs: undefined }, [walked]],
  [
    'one too long ago',
    { family: 'web', last: { ...last, agoMs: 31 * dayMs }, overdueMs: 31 * dayMs },
    [
      'drill of web: 12m to dev, 31 days ago (web-2026.47.2)',
      'WARNING: no drill of web for 31 days, where there should be one every 30d: drover drill web',
    ],
  ],
])('%s', (_, drill, lines) => expect(describeDrill(drill, 30 * dayMs)).toEqual(lines))
