// The agents' files: agents/NAME.yaml beside drover.yaml, those that a family names.

import { dirname, join } from 'node:path'
import type { Files } from '../ports/index.ts'
import { agentFile, type WrittenAgent } from './written/agent-file.ts'
import type { WrittenConfig } from './written/drover-file.ts'
import { type Reading, readYaml } from './yaml/reading.ts'

export interface ReadAgents {
  /** Names of all files in agents/, named by a family or not. */
  readonly known: readonly string[]
  readonly readings: readonly Reading[]
  /** By name; one whose file is not YAML is missing. */
  readonly written: ReadonlyMap<string, WrittenAgent>
}

const extension = '.yaml'

export async function readAgents(files: Files, configFile: string, config: WrittenConfig): Promise<ReadAgents> {
  const folder = join(dirname(configFile), 'agents')
  const known = (await files.list(folder))
    .filter((name) => name.endsWith(extension))
    .map((name) => name.slice(0, -extension.length))
  const named = new Set(config.families.flatMap(({ value }) => value.agents.map((agent) => agent.value)))
  const readings: Reading[] = []
  const written = new Map<string, WrittenAgent>()
  for (const name of known.filter((agent) => named.has(agent))) {
    const file = join(folder, `${name}${extension}`)
    const { reading, root } = readYaml(file, (await files.readText(file)) ?? '')
    readings.push(reading)
    if (root !== undefined) written.set(name, agentFile.read(root))
  }
  return { known, readings, written }
}
