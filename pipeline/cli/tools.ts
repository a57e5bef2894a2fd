// Where scripts/setup put the tools drover drives: Packer, Ansible, the scanners.

import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { ProblemError, parsedJson } from '../kernel/index.ts'
import type { Files } from '../ports/index.ts'

const toolsSchema = z.object({
  /** This machine's own mirrors of Debian. */
  archive: z.object({ debian: z.string(), security: z.string(), keyring: z.string() }).optional(),
  qemu: z.object({ directory: z.string(), program: z.string(), version: z.string() }).optional(),
  packer: z.object({ path: z.string(), version: z.string(), pluginPath: z.string() }).optional(),
  ansible: z.object({ playbook: z.string(), version: z.string() }).optional(),
  /** Of the emulators that the local cloud is measured against. */
  bench: z.object({ directory: z.string() }).optional(),
  /** AWS's Session Manager plugin. */
  session: z.object({ path: z.string(), version: z.string() }).optional(),
  gitleaks: z.object({ path: z.string(), version: z.string() }).optional(),
  content: z.object({ directory: z.string(), version: z.string() }).optional(),
})

export type Tools = z.infer<typeof toolsSchema>

/** The cache outside the checkout, as scripts/setup chooses it; absolute, for machines are mounted from below it. */
export function cacheDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.DROVER_CACHE) return resolve(environment.DROVER_CACHE)
  return resolve(environment.XDG_CACHE_HOME || `${environment.HOME || homedir()}/.cache`, 'drover')
}

/** AWS's program at this end of a session of Systems Manager: set-up's, else what goes by that name on PATH. */
export function sessionPluginOf({ session }: Tools): string {
  return session?.path ?? 'session-manager-plugin'
}

/** What setup recorded; empty when it never ran. */
export async function readTools(files: Files, cache: string): Promise<Tools> {
  const text = await files.readText(`${cache}/tools.json`)
  if (text === undefined) return {}
  const parsed = toolsSchema.safeParse(parsedJson(text))
  if (parsed.success) return parsed.data
  throw missingTool(
    'the record of installed tools',
    `${cache}/tools.json is not what ./scripts/setup writes: remove it and run that`,
  )
}

/** The tool, or a problem that says how to get it. */
export function needTool<Name extends keyof Tools>(tools: Tools, name: Name): NonNullable<Tools[Name]> {
  const tool = tools[name]
  if (tool !== undefined) return tool as NonNullable<Tools[Name]>
  throw missingTool(name, `run ./scripts/setup ${name}`)
}

function missingTool(name: string, hint: string): ProblemError {
  return new ProblemError({ code: 'missing-tool', message: `${name} is not installed for drover`, hint })
}
