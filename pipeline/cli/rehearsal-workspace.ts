// Where a rehearsal keeps its world: local cloud, ledger and evidence, apart from everything real.

import { resolve } from 'node:path'
import { ProblemError } from '../kernel/index.ts'
import type { CloudAccess } from '../localcloud/index.ts'
import type { Exec, Files } from '../ports/index.ts'
import { runningCloud } from './local-cloud.ts'

export interface RehearsalAccess {
  /** Absolute path; holds `cloud/`, `ledger/`, `evidence/`, `bake/`. */
  readonly workspace: string
  readonly access: CloudAccess
}

/** `.drover/rehearsal` in the folder drover is run from, or in $DROVER_STATE. */
export function rehearsalWorkspace(): string {
  return resolve(process.env.DROVER_STATE || '.drover', 'rehearsal')
}

export function cloudDirectoryOf(workspace: string): string {
  return `${workspace}/cloud`
}

/** Throws ProblemError when no local cloud runs. */
export async function rehearsalAccess(exec: Exec, files: Files, workspace: string): Promise<RehearsalAccess> {
  const access = await runningCloud({ exec, files }, cloudDirectoryOf(workspace))
  if (access) return { workspace, access }
  throw new ProblemError({
    code: 'not-found',
    message: 'no local cloud runs here',
    hint: 'drover cloud up starts it; drover rehearse does that and everything else',
  })
}
