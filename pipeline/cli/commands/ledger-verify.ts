// `drover ledger verify`: every record in its place, every hash right, nothing missing.

import { exitCode, ProblemError } from '../../kernel/index.ts'
import { type KnownHead, parseHead } from '../../ledger/index.ts'
import { type CommandSpec, type Invocation, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { printable } from '../terminal.ts'

export const ledgerVerify: CommandSpec = {
  summary: 'prove that the ledger is whole and unchanged, and not cut off before what its images carry',
  options: [
    ...placeOptions,
    { flags: '--expect-head <head>', description: 'a head you know from elsewhere, as NUMBER:HASH or the hash alone' },
  ],
  examples: ['drover ledger verify', 'drover ledger verify --expect-head 42:3f9c…'],
  async run(invocation) {
    const given = givenHeads(invocation)
    const drover = await openFor(invocation)
    const { verdict, unasked } = await drover.verifyLedger(given)
    const { output, json } = invocation
    const protection = await drover.ledgerProtection()
    if (json) output.printJson({ ...verdict, unasked, protection })
    else if (verdict.ok) output.print(`${verdict.records} records, unbroken; head ${verdict.head?.hash ?? 'none'}`)
    else output.print(printable(`broken after ${verdict.records} records: ${verdict.breach.kind}: ${verdict.breach.message}`))
    for (const message of unasked) output.note(`not held against what images carry: ${message}`)
    for (const { message, hint } of protection.problems) output.note(`not protected: ${message}${hint ? `\n    ${hint}` : ''}`)
    for (const message of [...protection.warnings, ...protection.unasked]) output.note(message)
    return verdict.ok ? exitCode.done : exitCode.refused
  },
}

function givenHeads(invocation: Invocation): readonly KnownHead[] {
  const written = optionText(invocation, 'expectHead')
  if (written === undefined) return []
  const head = parseHead(written, '--expect-head')
  if (head) return [head]
  const hint = 'Write NUMBER:HASH or the hash alone, all 64 characters of it.'
  throw new ProblemError({ code: 'bad-argument', message: `${written} is not the head of a ledger`, hint })
}
