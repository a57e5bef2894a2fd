// What commands have in common: which configuration, and whether it is the rehearsal's world they look at.

import { fileURLToPath } from 'node:url'
import { createFiles } from '../system/index.ts'
import { type Invocation, optionFlag, optionText } from './command.ts'
import { type Drover, openDrover } from './drover.ts'
import { createNarrator } from './terminal.ts'

export const configOption = {
  flags: '-c, --config <file>',
  description: 'the configuration (default: $DROVER_CONFIG, ./drover.yaml; in a rehearsal also the example)',
} as const

export const placeOptions = [
  configOption,
  { flags: '--rehearsal', description: 'act on the rehearsal: its local cloud and its ledger' },
] as const

export function configFileOf(invocation: Invocation): string {
  return namedConfig(invocation) ?? 'drover.yaml'
}

/** A rehearsal where nobody has written a configuration yet is one of the example. */
export async function rehearsedConfigOf(invocation: Invocation): Promise<string> {
  const named = namedConfig(invocation)
  if (named !== undefined) return named
  return (await createFiles().kind('drover.yaml')) === 'file' ? 'drover.yaml' : exampleConfig
}

export async function openFor(invocation: Invocation): Promise<Drover> {
  const rehearsal = optionFlag(invocation, 'rehearsal')
  return openDrover({
    configFile: rehearsal ? await rehearsedConfigOf(invocation) : configFileOf(invocation),
    rehearsal,
    signal: invocation.signal,
    onProgress: createNarrator(invocation.output),
  })
}

const exampleConfig = fileURLToPath(new URL('../../docs/examples/acme/drover.yaml', import.meta.url))

function namedConfig(invocation: Invocation): string | undefined {
  return optionText(invocation, 'config') ?? (process.env.DROVER_CONFIG || undefined)
}
