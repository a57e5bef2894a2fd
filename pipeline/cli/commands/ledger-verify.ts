// `drover ledger verify`: every record in its place, every hash right, nothing missing.

import { exitCode } from '../../kernel/index.ts'
import { type CommandSpec, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { printable } from '../terminal.ts'

export const ledgerVerify: CommandSpec = {
  summary: 'prove that the ledger is whole and unchanged',
  options: [
    ...placeOptions,
    { flags: '--head <hash>', description: 'the newest hash you know from elsewhere: shows a truncated ledger too' },
  ],
  examples: ['drover ledger verify', 'drover ledger verify --head 3f9c…'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const verdict = await drover.verifyLedger(optionText(invocation, 'head'))
    if (invocation.json) invocation.output.printJson(verdict)
    else if (verdict.ok) invocation.output.print(`${verdict.records} records, unbroken; head ${verdict.head?.hash ?? 'none'}`)
    else
      invocation.output.print(
        printable(`broken after ${verdict.records} records: ${verdict.breach.kind}: ${verdict.breach.message}`),
      )
    return verdict.ok ? exitCode.done : exitCode.refused
  },
}
