// Walks a proof's release with production's conductor and performers; only bake and verification are the proof's own.

import { advance, type ConductorContext, type Progress } from '../conductor/index.ts'
import { digestOf, type Json } from '../kernel/index.ts'
import { createEvidenceFolder, createFileStore, createLedger } from '../ledger/index.ts'
import type { Clock, Cloud, Files } from '../ports/index.ts'
import { createCopy, createExposure, createShare, createTests } from '../promote/index.ts'
import type { Walk } from '../proof/index.ts'
import { type ConfigOrigin, nextReleaseId, type ReleaseEvent } from '../release/index.ts'
import { createFleetCheck, createPlacing, createRoll, createUndoRoll } from '../roll/index.ts'
import { createExec, createHttpClient, createHttpProbe } from '../system/index.ts'
import { runnerName } from './wiring.ts'

export interface WalkOptions {
  readonly cloud: Cloud
  readonly clock: Clock
  readonly files: Files
  /** Holds the walk's ledger and evidence. */
  readonly directory: string
  readonly onProgress: (progress: Progress) => void
  /** Of the configuration whose family is baked. */
  readonly origin?: ConfigOrigin | undefined
}

export function createWalk({ cloud, clock, files, directory, onProgress, origin }: WalkOptions): Walk {
  return async ({ family, policy, base, bake, verify }, signal) => {
    const ledger = createLedger(createFileStore(files, ledgerOf(directory)))
    const ports = {
      cloud,
      exec: createExec(),
      probe: createHttpProbe(),
      drift: nothingToScan,
      http: createHttpClient(),
      files,
      callHook: noHook,
    }
    const context: ConductorContext = {
      ledger,
      clock,
      signal,
      runner: runnerName(),
      evidenceDirectoryOf: (releaseId) => evidenceOf(directory, releaseId),
      evidence: { store: createEvidenceFolder(files, `${directory}/evidence`), files },
      witnessHead: async () => undefined,
      onProgress,
      notifier: { send: () => undefined, settle: async () => undefined },
      performers: {
        bake,
        verify,
        copy: createCopy(ports),
        share: createShare(ports),
        roll: createRoll(ports),
        'undo-roll': createUndoRoll(ports),
        'place-groups': createPlacing(ports),
        'measure-exposure': createExposure(ports),
        'check-fleet': createFleetCheck(ports),
        test: createTests(ports),
      },
    }
    const opening: ReleaseEvent = {
      type: 'release.opened',
      family,
      lane: policy.lane,
      reason: undefined,
      openedBy: runnerName(),
      rehearsal: true,
      // The policy is the proof's own, and behind a copy stands no configuration.
      config: origin ?? {
        commit: '0'.repeat(40),
        author: runnerName(),
        reviewers: [],
        dirty: true,
        digest: digestOf(policy as unknown as Json),
      },
      policy,
      bases: [base],
    }
    const id = nextReleaseId(await ledger.read(), family, clock.now())
    const at = new Date(clock.now()).toISOString()
    const wallAt = new Date(clock.wallNow()).toISOString()
    await ledger.append(undefined, { at, wallAt, runner: runnerName(), release: id, event: opening })
    const outcome = await advance(context, id, { watch: true })
    switch (outcome.kind) {
      case 'done':
        return { ok: true }
      case 'failed':
        return { ok: false, why: outcome.cause, refused: false }
      case 'refused':
        return { ok: false, why: outcome.reasons.join('; '), refused: true }
      case 'not-yet':
        return { ok: false, why: outcome.reason, refused: false }
    }
  }
}

/** The ledger of the walk in that directory. */
export function ledgerOf(directory: string): string {
  return `${directory}/ledger`
}

/** What is kept of that release, by the walk in that directory. */
export function evidenceOf(directory: string, releaseId: string): string {
  return `${directory}/evidence/${releaseId}`
}

const nothingToScan = async () => ({ ok: false as const, message: 'a proof scans nothing' })

const noHook = async () => ({ ok: false, detail: 'a proof has no hooks' })
