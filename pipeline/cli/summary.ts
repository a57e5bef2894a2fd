// What a rehearsal came to: images, scores, times on both clocks, and where to look.

import { type Score, scoreAfterWaivers, scoreOf } from '../../hardening/index.ts'
import { describeGroup, type Release, type TimedStep } from '../release/index.ts'
import { countsLine } from './find-report.ts'
import type { Rehearsed } from './run-rehearsal.ts'
import { table, took } from './terminal.ts'

export function summaryLines({ release, timeline, ledger, report }: Rehearsed): readonly string[] {
  const rows = timeline.flatMap((step) => {
    const time = tookOf(step)
    return time === undefined ? [] : [[`  ${step.step}`, step.state, time]]
  })
  return [
    '',
    `release   ${release.id} (${release.lane}${release.reason ? `: ${release.reason}` : ''})`,
    ...imagesOf(release).map(({ region, architecture, imageId }) => `image     ${imageId}  ${region}  ${architecture}`),
    ...scoreLines(release),
    ...fixLines(release),
    ...driftLines(release),
    `groups    ${release.rolls.map(({ key, step }) => `${describeGroup(key)} ${step.state === 'finished' ? `(${step.result.replaced} replaced)` : step.state}`).join(', ') || 'none rolled'}`,
    'steps',
    ...table(rows),
    ...productionLines(release),
    ledger.ok
      ? `ledger    ${ledger.records} records, unbroken; head ${ledger.head?.hash.slice(0, 16) ?? 'none'}`
      : `ledger    BROKEN: ${ledger.breach.message}`,
    `report    ${report?.html ?? 'none: no verdict was reached'}`,
  ]
}

export function summaryJson({ outcome, release, timeline, ledger, report }: Rehearsed): unknown {
  return {
    release: release.id,
    lane: release.lane,
    outcome: outcome.kind,
    ...(outcome.kind === 'failed' ? { cause: outcome.cause } : {}),
    ...(outcome.kind === 'refused' ? { reasons: outcome.reasons } : {}),
    images: imagesOf(release),
    score: scoresOf(release),
    ...(release.verify.state === 'finished' && release.verify.result.fixes && { fixes: release.verify.result.fixes }),
    rolls: release.rolls.map(({ key, step }) => ({ ...key, state: step.state })),
    steps: timeline.map(({ step, state, begun, ended }) => ({
      step,
      state,
      clockMs: ended ? ended.at - begun.at : undefined,
      wallMs: ended ? ended.wallAt - begun.wallAt : undefined,
    })),
    openToProductionMs: release.ending?.kind === 'finished' ? release.ending.openToProductionMs : undefined,
    openToProductionWallMs: release.ending?.kind === 'finished' ? release.ending.openToProductionWallMs : undefined,
    ledger: { ok: ledger.ok, records: ledger.records },
    report: report?.html,
  }
}

/** What machines that had lived were found to have lost. */
function driftLines({ soaks }: Release): readonly string[] {
  return soaks.flatMap(({ stage, tests }) =>
    tests.flatMap(({ drift = [] }) =>
      drift.map(({ machine, region, rules }) => {
        const lost = rules.length === 0 ? 'meets what its image met' : `no longer meets ${rules.join(', ')}`
        return `drift     ${machine} in ${stage}, ${region}: ${lost}`
      }),
    ),
  )
}

/** What the release was opened to fix, and what the verdict saw on each image. */
function fixLines({ verify }: Release): readonly string[] {
  const fixes = verify.state === 'finished' ? (verify.result.fixes ?? []) : []
  return fixes.map(
    ({ fix, proven, architecture, evidence }) =>
      `fixes     ${fix} on ${architecture}: ${proven ? 'proven' : 'NOT proven'}; ${evidence}`,
  )
}

interface ReleasedImage {
  readonly region: string
  readonly architecture: string
  readonly imageId: string
}

/** The baked ones, then their finished copies. */
function imagesOf({ bake, copies }: Release): readonly ReleasedImage[] {
  const baked = bake.state === 'finished' ? bake.result.images : []
  const copied = copies.flatMap(({ region, architecture, step }) =>
    step.state === 'finished' ? [{ region, architecture, imageId: step.result.imageId }] : [],
  )
  return [...baked.map(({ region, architecture, imageId }) => ({ region, architecture, imageId })), ...copied]
}

interface Scores {
  readonly beforeHardening: Score | undefined
  readonly afterHardening: Score | undefined
  readonly freshMachine: Score | undefined
}

function scoresOf({ bake, verify }: Release): Scores {
  return {
    beforeHardening: bake.state === 'finished' ? scoreOf(bake.result.before) : undefined,
    afterHardening: bake.state === 'finished' ? scoreOf(bake.result.after) : undefined,
    freshMachine: verify.state === 'finished' ? scoreOf(verify.result.counts) : undefined,
  }
}

/** Before hardening, after it, and on a fresh machine. */
export function scoreLines(release: Release): readonly string[] {
  const { beforeHardening, afterHardening, freshMachine } = scoresOf(release)
  const words = (score: Score | undefined): string =>
    score === undefined ? 'not scanned' : `${score.percent.toFixed(1)} % (${score.met} of ${score.applicable})`
  const counts =
    release.verify.state === 'finished'
      ? [
          `          ${words(scoreAfterWaivers(release.verify.result.counts))} once waived and disputed rules are set aside`,
          `rules     ${countsLine(release.verify.result.counts)}`,
        ]
      : []
  return [
    `score     ${words(beforeHardening)} before hardening, ${words(afterHardening)} after, ${words(freshMachine)} on a fresh machine`,
    ...counts,
  ]
}

function productionLines({ ending }: Release): readonly string[] {
  if (ending?.kind !== 'finished') return []
  const { openToProductionMs, openToProductionWallMs } = ending
  return [`in production ${took(openToProductionMs, openToProductionWallMs)} after it was opened`]
}

function tookOf({ begun, ended }: TimedStep): string | undefined {
  return ended && took(ended.at - begun.at, ended.wallAt - begun.wallAt)
}
