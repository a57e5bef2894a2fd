// Connects one side of a proof, AWS or the local cloud: the adapter with its calls traced, and production's conductor.

import { type CloudOptions, createCloud, createWorldBuilder, createWorldRemover } from '../aws/index.ts'
import type { Progress } from '../conductor/index.ts'
import type { CloudAt, Place } from '../ports/index.ts'
import { createTraceWriter, type ProofRequest, type ProofRun, runProof, tearDown } from '../proof/index.ts'
import { createFiles } from '../system/index.ts'
import { createWalk } from './proof-walk.ts'

export interface ProofSide {
  /** `aws`, `local`: names its trace and its ledger. */
  readonly name: string
  /** The proof's folder. */
  readonly directory: string
  readonly options: CloudOptions
  readonly say: (line: string) => void
  readonly onProgress: (progress: Progress) => void
}

export function traceFileOf(directory: string, side: string): string {
  return `${directory}/${side}.trace.jsonl`
}

/** Its calls are in the trace's file when it ends, however it ends. */
export async function runProofAt(side: ProofSide, request: ProofRequest, signal: AbortSignal): Promise<ProofRun> {
  const { name, directory, say, onProgress } = side
  const files = createFiles()
  const trace = createTraceWriter(files, traceFileOf(directory, name))
  const options = { ...side.options, onCall: trace.onCall }
  const { clock } = options
  const { place } = request.plan
  const cloud = createCloud(options)
  const world = {
    at: cloud.at(place),
    builder: createWorldBuilder(options),
    remover: createWorldRemover(place, options),
    clock,
    walk: createWalk({ cloud, clock, files, directory: `${directory}/${name}`, onProgress }),
    say,
  }
  try {
    return await runProof(world, request, signal)
  } finally {
    await trace.settle()
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
