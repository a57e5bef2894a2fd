// What a proof has found out about the image it baked, and where the evidence lies: short enough for the end of a run.

import { z } from 'zod'
import { parsedJson } from '../kernel/index.ts'
import { createFileStore, createLedger } from '../ledger/index.ts'
import type { Files } from '../ports/index.ts'
import { type Release, releasesOf } from '../release/index.ts'
import { bootTimeProbe } from '../verify/index.ts'
import { evidenceOf, ledgerOf } from './proof-walk.ts'
import { scoreLines } from './summary.ts'

/** Of a side's folder; empty where no bake was begun. */
export async function findingLines(directory: string, files: Files): Promise<readonly string[]> {
  const [release] = releasesOf(await createLedger(createFileStore(files, ledgerOf(directory))).read())
  if (release === undefined) return []
  const evidence = evidenceOf(directory, release.id)
  return [
    `what was found out about ${release.id}:`,
    ...bakeLines(release),
    ...verdictLines(release),
    ...(await readyLines(evidence, files)),
    ...reportLines(release, evidence),
    `  evidence  ${evidence} (scans, probes, packages, logs)`,
  ]
}

function bakeLines({ bake, bases }: Release): readonly string[] {
  const base = bases.map(({ imageId, name }) => `${imageId} (${name})`).join(', ')
  if (bake.state === 'failed') return [`  base      ${base}`, `  bake      failed: ${bake.cause}`]
  return [`  base      ${base}`, ...(bake.state === 'finished' ? [] : ['  bake      not finished'])]
}

function verdictLines(release: Release): readonly string[] {
  const { bake, verify } = release
  if (bake.state !== 'finished') return []
  const scores = scoreLines(release).map((line) => `  ${line}`)
  if (verify.state === 'failed') return [...scores, `  verdict   none, the verification failed: ${verify.cause}`]
  if (verify.state !== 'finished') return [...scores, '  verdict   none: it was not verified']
  const { verdict, reasons } = verify.result
  return [...scores, `  verdict   ${verdict}`, ...reasons.map((reason) => `    - ${reason}`)]
}

const probesSchema = z.array(z.object({ probes: z.array(z.object({ probe: z.string(), detail: z.string() })) }))

/** Only a node is asked. */
async function readyLines(evidence: string, files: Files): Promise<readonly string[]> {
  const read = probesSchema.safeParse(parsedJson((await files.readText(`${evidence}/verify/probes.json`)) ?? ''))
  const probes = read.success ? read.data.flatMap((asked) => asked.probes) : []
  return probes.filter(({ probe }) => probe === bootTimeProbe).map(({ detail }) => `  node      ${detail}`)
}

function reportLines({ verify }: Release, evidence: string): readonly string[] {
  const files = verify.state === 'finished' ? verify.result.evidence : []
  return files.filter(({ path }) => path.endsWith('.html')).map(({ path }) => `  report    ${evidence}/${path}`)
}
