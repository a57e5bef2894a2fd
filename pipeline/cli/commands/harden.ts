// `drover harden TARGET`: brings a root directory or a running machine to a profile, and tells what that was worth.

import { aloneOptions, runAlone } from '../alone.ts'
import type { CommandSpec } from '../command.ts'

export const harden: CommandSpec = {
  summary: 'harden a root directory or a running machine to a profile, and scan it before and after',
  arguments: [{ name: '<target>', description: 'a root directory, or user@host as ssh takes it' }],
  options: [...aloneOptions],
  examples: ['drover harden /srv/images/debian-13', 'drover harden admin@10.0.0.7 --profile our-profile.yaml --out report'],
  run: (invocation) => runAlone(invocation, 'harden'),
}
