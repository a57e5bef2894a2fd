// A proof from beginning to end: on AWS, against the local cloud, and what the two differ in.

import type { CloudOptions } from '../aws/index.ts'
import { badArgument, type ExitCode, exitCode } from '../kernel/index.ts'
import {
  compareTraces,
  comparisonLines,
  differs,
  isReadByDrover,
  money,
  needSandbox,
  type ProofPlan,
  type ProofRun,
  readTrace,
} from '../proof/index.ts'
import { createFiles } from '../system/index.ts'
import type { Output } from './command.ts'
import { folderOf, imageTraceFileOf, placeAt, runProofAt, tearDownAt, traceFileOf } from './proof-at.ts'
import type { ProofBake } from './proof-baking.ts'
import { findingLines } from './proof-findings.ts'
import { proveLocally } from './proof-local.ts'
import { createNarrator } from './terminal.ts'

export interface ProofWish {
  readonly plan: ProofPlan
  readonly ceilingUsd: number
  readonly image: string | undefined
  /** What is baked in place of the copy; undefined: nothing. */
  readonly bake: ProofBake | undefined
  readonly dryRun: boolean
  /** Compare also what did not come to production. */
  readonly keepGoing: boolean
  /** A trace of the local cloud; undefined: one is made. */
  readonly against: string | undefined
  /** Where evidence is kept. */
  readonly directory: string
  readonly json: boolean
}

/** `options`: how AWS is reached, and the clock that goes with it. */
export async function prove(options: CloudOptions, wish: ProofWish, output: Output, signal: AbortSignal): Promise<ExitCode> {
  const { plan, ceilingUsd, image, bake, dryRun, directory, keepGoing } = wish
  if (wish.against !== undefined && (await createFiles().kind(wish.against)) !== 'file') {
    throw badArgument(
      `there is no trace ${wish.against}`,
      'a proof leaves one as local.trace.jsonl; without --against it makes one',
    )
  }
  const say = (line: string): void => output.note(line)
  const apart = bake !== undefined
  const side = { name: 'aws', directory, options, say, onProgress: createNarrator(output), bake, apart }
  const run = await runProofAt(side, { plan, ceilingUsd, image, dryRun }, signal)
  if (run.ending === 'planned') return exitCode.done
  for (const line of runLines(run, plan.id)) say(line)
  if (bake !== undefined) for (const line of await findingLines(folderOf(directory, side.name), createFiles())) say(line)
  if (run.ending === 'interrupted') throw signal.reason
  const ended = run.left.length > 0 ? exitCode.failed : endings[run.ending]
  if (run.ending !== 'walked' && !keepGoing) return ended
  const compared = await compare(wish, output, signal)
  return ended === exitCode.done ? compared : ended
}

/** The gate’s refusal is an answer, as a difference is; everything else that ends a proof early is a failure. */
const endings = {
  walked: exitCode.done,
  refused: exitCode.refused,
  failed: exitCode.failed,
  ceiling: exitCode.failed,
} as const satisfies Readonly<Record<Exclude<ProofRun['ending'], 'planned' | 'interrupted'>, ExitCode>>

/** Goes on with what an earlier run could not remove; the account must be the sandbox all the same. */
export async function tearDownProof(options: CloudOptions, { id, place }: ProofPlan, output: Output): Promise<ExitCode> {
  await needSandbox(placeAt(place, options))
  const { left, removed } = await tearDownAt(id, place, { options, say: output.note })
  output.print(
    removed.length === 0 ? `the proof ${id} has left nothing` : `${removed.length} things of the proof ${id} were removed`,
  )
  for (const one of left) output.print(`left: ${one}`)
  return left.length === 0 ? exitCode.done : exitCode.failed
}

async function compare(
  { plan, directory, against, json, bake }: ProofWish,
  output: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const files = createFiles()
  if (against === undefined) {
    output.note('the same against the local cloud')
    const run = await proveLocally({ plan, directory, apart: bake !== undefined }, signal)
    if (run.ending === 'interrupted') throw signal.reason
    if (run.ending !== 'walked') output.note(`the local cloud’s own run ended early: ${run.why}`)
  }
  const aws = readTrace((await files.readText(traceFileOf(directory, 'aws'))) ?? '')
  const local = readTrace((await files.readText(against ?? traceFileOf(directory, 'local'))) ?? '')
  const comparison = compareTraces({ aws: aws.calls, local: local.calls }, isReadByDrover)
  const lines = [...(bake === undefined ? [] : [apartLine(directory)]), ...comparisonLines(comparison)]
  await files.write(`${directory}/comparison.json`, `${JSON.stringify(comparison, undefined, 2)}\n`)
  await files.write(`${directory}/comparison.txt`, `${lines.join('\n')}\n`)
  if (json) output.printJson(comparison)
  else for (const line of [...lines, `traces and comparison: ${directory}`]) output.print(line)
  return differs(comparison) ? exitCode.refused : exitCode.done
}

/** What the local cloud’s own run did otherwise says nothing about AWS. */
function apartLine(directory: string): string {
  return `only what both did is compared: the local cloud’s image is a copy, and the calls that made and tried AWS’s stand in ${imageTraceFileOf(directory, 'aws')}`
}

function runLines({ ending, why, used, left }: ProofRun, id: string): readonly string[] {
  return [
    `${endedLine(ending, why)}; ${used.machineHours.toFixed(2)} machine-hours, about ${money(used.usd)}`,
    ...left.map((one) => `LEFT BEHIND: ${one}`),
    left.length === 0
      ? 'nothing is left in the account'
      : `go on with: scripts/prove-on-aws --teardown ${id} --account … --region …`,
  ]
}

function endedLine(ending: ProofRun['ending'], why: string | undefined): string {
  if (ending === 'walked') return 'the release is in production'
  if (ending === 'refused') return `the release was refused, and went no further: ${why}`
  return `the proof ended early: ${why}`
}
