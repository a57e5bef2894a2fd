// `drover fleet`: every machine of the configured accounts by the age of its image, those outside any promoted image first.

import { exitCode } from '../../kernel/index.ts'
import { type CommandSpec, optionFlag } from '../command.ts'
import { describeFleet, fleetCsv } from '../fleet-view.ts'
import { openFor, placeOptions } from '../invocation.ts'

export const fleet: CommandSpec = {
  summary: 'every machine by its image: how old, how far behind, whose',
  options: [...placeOptions, { flags: '--csv', description: 'print the machines as CSV, a line each' }],
  examples: ['drover fleet', 'drover fleet --csv'],
  async run(invocation) {
    const found = await (await openFor(invocation)).fleet()
    if (invocation.json) invocation.output.printJson(found)
    else for (const line of optionFlag(invocation, 'csv') ? fleetCsv(found) : describeFleet(found)) invocation.output.print(line)
    // Standard output stays pure CSV, and what it lacks is still told.
    if (optionFlag(invocation, 'csv')) for (const sentence of found.unread) invocation.output.note(`not known: ${sentence}`)
    return found.unread.length > 0 ? exitCode.failed : exitCode.done
  },
}
