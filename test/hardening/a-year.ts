// A year of weekly releases of one family, each the report of the mini benchmark with what a year does to it.

import type { SiteInput, SiteRelease } from '../../hardening/site/site-input.ts'
import { wholeReport } from './a-report.ts'
import { nowMs } from './mini.ts'

const weekMs = 7 * 86_400_000

const lived = { stage: 'staging', region: 'eu-central-1' }
const drifted = [
  { ...lived, machine: 'i-00000000000000001', rules: [] },
  { ...lived, machine: '<b>i-2</b>', rules: ['banner'] },
]

export function aYear(weeks = 53): SiteInput {
  const releases = Array.from({ length: weeks }, (_, week): SiteRelease => {
    const whole = wholeReport()
    const release = `web-${2025 + Math.floor((week + 47) / 52)}.${((week + 46) % 52) + 1}.1`
    const refused = week % 17 === 5
    return {
      report: {
        ...whole,
        subject: { ...whole.subject, organisation: 'acme', release },
        madeAtMs: nowMs - (weeks - 1 - week) * weekMs,
        verdict: { ...whole.verdict, outcome: refused ? 'refuse' : 'pass', reasons: refused ? whole.verdict.reasons : [] },
        rules: whole.rules.map((rule) =>
          rule.name === 'clock' ? { ...rule, status: week % 10 < 7 ? ('passed' as const) : ('failed' as const) } : rule,
        ),
        scans: whole.scans.map((scan) => ({
          ...scan,
          score: { met: 300 + week, applicable: 360, percent: Math.floor(((300 + week) * 1000) / 360) / 10 },
          scoreAfterWaivers: { met: 300 + week, applicable: 355, percent: Math.floor(((300 + week) * 1000) / 355) / 10 },
        })),
      },
      architecture: 'x86_64',
      lane: week % 20 === 3 ? 'emergency' : 'weekly',
      standing: refused ? 'refused' : week === weeks - 1 ? 'in production' : 'was in production',
      ...(week === weeks - 1 && { drift: drifted }),
      ...(week > 0 && { against: `web-${2025 + Math.floor((week + 46) / 52)}.${((week + 45) % 52) + 1}.1` }),
    }
  })
  return { organisation: 'acme', releases, unread: [], nowMs }
}
