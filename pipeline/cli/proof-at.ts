// Connects one side of a proof, AWS or the local cloud: the adapter with its calls traced, and production's conductor.

import { type CloudOptions, createCloud, createWorldBuilder, createWorldRemover } from '../aws/index.ts'
import type { Progress } from '../conductor/index.ts'
import type { CloudAt, Place } from '../ports/index.ts'
import { createTraceWriter, type ProofRequest, type ProofRun, runProof, tearDown } from '../proof/index.ts'
import { createFiles } from '../system/index.ts'
import { createBaking, type ProofBake } from './proof-baking.ts'
import { createWalk } from './proof-walk.ts'

export interface ProofSide {
  /** `aws`, `local`: names its trace and its ledger. */
  readonly name: string
  /** The proof's folder. */
  readonly directory: string
  readonly options: CloudOptions
  readonly say: (line: string) => void
  readonly onProgress: (progress: Progress) => void
  /** Undefined: the image is a copy. */
  readonly bake?: ProofBake | undefined
  /** Calls that make and try the image have a trace of their own: the other side makes its image another way. */
  readonly apart?: boolean | undefined
}

export function traceFileOf(directory: string, side: string): string {
  return `${directory}/${side}.trace.jsonl`
}

/** Of the calls that make and try the image, where they stand apart. */
export function imageTraceFileOf(directory: string, side: string): string {
  return traceFileOf(directory, `${side}.image`)
}

/** Ledger and evidence of a side. */
export function folderOf(directory: string, side: string): string {
  return `${directory}/${side}`
}

/** Its calls are in the trace's file when it ends, however it ends. */
export async function runProofAt(side: ProofSide, request: ProofRequest, signal: AbortSignal): Promise<ProofRun> {
  const { name, say, onProgress, bake } = side
  const files = createFiles()
  const trace = createTraceWriter(files, traceFileOf(side.directory, name))
  const ofImage = side.apart ? createTraceWriter(files, imageTraceFileOf(side.directory, name)) : trace
  const options = { ...side.options, onCall: trace.onCall }
  const { clock } = options
  const { place } = request.plan
  const directory = folderOf(side.directory, name)
  const cloud = createCloud(options)
  const imageCloud = createCloud({ ...side.options, onCall: ofImage.onCall })
  const world = {
    at: cloud.at(place),
    imageAt: imageCloud.at(place),
    ...(bake !== undefined && { baking: createBaking(bake, { cloud: imageCloud, files, directory, say }) }),
    builder: createWorldBuilder(options),
    remover: createWorldRemover(place, options),
    clock,
    walk: createWalk({ cloud, clock, files, directory, onProgress, origin: bake?.origin }),
    say,
  }
  try {
    return await runProof(world, request, signal)
  } finally {
    await Promise.all([trace.settle(), ofImage.settle()])
  }
}

export function placeAt(place: Place, options: CloudOptions): CloudAt {
  return createCloud(options).at(place)
}

/** What an earlier run left, by its tag. */
export function tearDownAt(
  id: string,
  place: Place,
  { options, say }: Pick<ProofSide, 'options' | 'say'>,
): ReturnType<typeof tearDown> {
  return tearDown(id, { at: placeAt(place, options), remover: createWorldRemover(place, options), clock: options.clock, say })
}
