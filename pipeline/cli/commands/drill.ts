// `drover drill FAMILY`: walks the emergency lane in the first stage, so that it is known to work and how long it takes.

import { type CommandSpec, optionFlag } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { exitCodeOf, tell } from '../outcome.ts'

export const drill: CommandSpec = {
  summary: 'walk the emergency lane in the first stage only; its time stands in the ledger',
  arguments: [{ name: '<family>', description: 'a family of the configuration' }],
  options: [...placeOptions, { flags: '--undo', description: 'take the stage back to what is in production afterwards' }],
  examples: ['drover drill web', 'drover drill web --undo'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const family = invocation.arguments[0] ?? ''
    const outcome = await drover.drill({ family, undo: optionFlag(invocation, 'undo') })
    tell(invocation.output, outcome, invocation.json)
    return exitCodeOf(outcome)
  },
}
