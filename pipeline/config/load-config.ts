// drover.yaml and everything it names → Config, or every problem there is.

import { dirname, join, relative, resolve } from 'node:path'
import { formatProblem, type Problem } from '../kernel/index.ts'
import type { Files } from '../ports/index.ts'
import { checkConfig } from './check/check-config.ts'
import { type CryptoPolicy, checkCryptoPolicies } from './check/crypto-policies.ts'
import { checkNodeProfiles, type Mending } from './check/node-profiles.ts'
import { digestFiles, missingReferences, reachedFiles } from './reached-files.ts'
import { readAgents } from './read-agents.ts'
import { resolveConfig } from './resolve/resolve-config.ts'
import type { Config } from './resolved.ts'
import { droverFile, type WrittenConfig } from './written/drover-file.ts'
import { type FoundWarning, type Reading, readYaml } from './yaml/reading.ts'

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Problem[] }
  /** In the order of the files, and of the lines in each. */
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** What the hardening room says of the profile at a path (shown in problems as it is given): this room knows no profiles. */
export type CheckProfile = (profileFile: string) => Promise<{
  readonly problems: readonly Problem[]
  /** Absolute paths of the files the profile reaches (waivers, controls of the user's own). */
  readonly reached: readonly string[]
  /** As it holds for one family, whose name that is: a waiver may be for some of them only. */
  readonly asks?: (family: string) => AskedOfFamily
}>

interface AskedOfFamily {
  /** The cryptographic policy that it asks its machines for; undefined when it asks for none. */
  readonly cryptoPolicy?: CryptoPolicy | undefined
  /** What a bake does to a machine for it. */
  readonly mending?: Mending
}

/** `path` is the drover.yaml as the user names it: problems show it so. */
export async function loadConfig(files: Files, path: string, checkProfile: CheckProfile): Promise<LoadedConfig> {
  const text = await files.readText(path)
  if (text === undefined) return { ok: false, problems: [noSuchFile(path)] }
  const { reading, root } = readYaml(path, text)
  if (root === undefined) return { ok: false, problems: problemsOf([reading]) }

  const written = droverFile.read(root)
  const agents = await readAgents(files, path, written)
  checkConfig(written, agents)
  const readings = [reading, ...agents.readings]
  const missing = await missingReferences(files, readings)
  const named = profileFiles(written, missing)
  const profiles = await Promise.all(named.map((file) => checkProfile(shownAs(path, file))))
  const asked = (profile: string, family: string) => profiles[named.indexOf(profile)]?.asks?.(family)
  checkCryptoPolicies(written, (profile, family) => asked(profile, family)?.cryptoPolicy)
  checkNodeProfiles(written, (profile, family) => asked(profile, family)?.mending)
  const problems = distinct([...problemsOf(readings), ...profiles.flatMap((profile) => profile.problems)])
  if (problems.length > 0) return { ok: false, problems }

  const resolved = resolveConfig(path, written, agents.written)
  const reached = await reachedFiles(
    files,
    readings,
    profiles.flatMap((profile) => profile.reached),
  )
  const config = { ...resolved, reached, digest: await digestFiles(files, resolved.directory, reached) }
  return { ok: true, config, warnings: distinct(inOrder(readings.map(({ warnings }) => warnings))) }
}

function noSuchFile(path: string): Problem {
  return {
    code: 'config-missing-file',
    message: `there is no configuration at ${path}`,
    hint: 'Name it with --config, or start from docs/examples/acme.',
  }
}

function profileFiles({ families }: WrittenConfig, missing: ReadonlySet<string>): readonly string[] {
  const named = new Set(families.map(({ value }) => value.hardening.value))
  return [...named].filter((path) => path !== '' && !missing.has(path))
}

/** An absolute path under the name that the user's own path for the configuration gives it. */
function shownAs(configFile: string, file: string): string {
  const folder = dirname(configFile)
  return join(folder, relative(resolve(folder), file))
}

function problemsOf(readings: readonly Reading[]): readonly Problem[] {
  return inOrder(readings.map(({ problems }) => problems))
}

function inOrder(ofFiles: readonly (readonly FoundWarning[])[]): readonly Problem[] {
  return ofFiles.flatMap((found) => found.toSorted((a, b) => a.at.offset - b.at.offset).map(({ problem }) => problem))
}

/** What an alias stands for is read once for every use, and wrong in all of them alike. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()]
}
