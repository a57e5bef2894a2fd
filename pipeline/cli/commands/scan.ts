// `drover scan TARGET`: judges a root directory, a running machine or an image against a profile; changes nothing on it.

import { aloneOptions, runAlone } from '../alone.ts'
import type { CommandSpec } from '../command.ts'
import { placeOptions } from '../invocation.ts'

export const scan: CommandSpec = {
  summary: 'scan a root directory, a running machine or an image against a hardening profile; nothing on it changes',
  arguments: [{ name: '<target>', description: 'a root directory, user@host as ssh takes it, or ami-…' }],
  options: [
    ...aloneOptions,
    ...placeOptions,
    { flags: '--user <name>', description: 'who logs in to a machine of an image (default: the first family’s)' },
    { flags: '--instance-type <type>', description: 'what a machine of an image is (default: images.instanceType)' },
    { flags: '--fast', description: 'in seconds, for development: leaves rules without an answer, never gates' },
  ],
  examples: [
    'drover scan /srv/images/debian-13',
    'drover scan admin@10.0.0.7 --minimum-score 97 --out report',
    'drover scan ami-0123456789abcdef0',
  ],
  run: (invocation) => runAlone(invocation, 'scan'),
}
