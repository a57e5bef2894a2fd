// `drover scan TARGET`: judges a root directory or a running machine against a profile; changes nothing on it.

import { aloneOptions, runAlone } from '../alone.ts'
import type { CommandSpec } from '../command.ts'

export const scan: CommandSpec = {
  summary: 'scan a root directory or a running machine against a hardening profile; nothing on it changes',
  arguments: [{ name: '<target>', description: 'a root directory, or user@host as ssh takes it' }],
  options: [
    ...aloneOptions,
    { flags: '--fast', description: 'in seconds, for development: leaves rules without an answer, never gates' },
  ],
  examples: ['drover scan /srv/images/debian-13', 'drover scan admin@10.0.0.7 --minimum-score 97 --out report'],
  run: (invocation) => runAlone(invocation, 'scan'),
}
