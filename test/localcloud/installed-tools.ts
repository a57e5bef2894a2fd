// The tools scripts/setup installs for tests; a test that needs one fails saying how to get it.

import { existsSync, readFileSync } from 'node:fs'
import { cacheDirectory } from '../../pipeline/cli/tools.ts'

export interface InstalledTools {
  /** AWS's Session Manager plugin. */
  readonly session: { readonly path: string }
  readonly packer: { readonly path: string; readonly pluginPath: string }
  readonly tools: { readonly aws: string; readonly python: string }
}

export function installedTools(): InstalledTools {
  const record = `${cacheDirectory(process.env)}/tools.json`
  const found = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Partial<InstalledTools>) : {}
  const { packer, session, tools } = found
  if (packer === undefined || session === undefined || tools?.aws === undefined || tools.python === undefined) {
    throw new Error(`${record} records no packer, session, aws and python: run ./scripts/setup`)
  }
  return { packer, session, tools }
}
