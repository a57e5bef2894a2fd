// What commands have in common: which configuration, and whether it is the rehearsal's world they look at.

import { type Invocation, optionFlag, optionText } from './command.ts'
import { type Drover, openDrover } from './drover.ts'
import { createNarrator } from './terminal.ts'

export const configOption = {
  flags: '-c, --config <file>',
  description: 'the configuration (default: drover.yaml, or $DROVER_CONFIG)',
} as const

export const placeOptions = [
  configOption,
  { flags: '--rehearsal', description: 'act on the rehearsal: its local cloud and its ledger' },
] as const

export function configFileOf(invocation: Invocation): string {
  return optionText(invocation, 'config') ?? (process.env.DROVER_CONFIG || 'drover.yaml')
}

export function openFor(invocation: Invocation): Promise<Drover> {
  return openDrover({
    configFile: configFileOf(invocation),
    rehearsal: optionFlag(invocation, 'rehearsal'),
    signal: invocation.signal,
    onProgress: createNarrator(invocation.output),
  })
}
