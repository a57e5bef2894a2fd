// `drover hold` and `drover resume`: a person says that nothing new begins somewhere, and that it may again.

import { exitCode, ProblemError } from '../../kernel/index.ts'
import { describeScope, type HoldScope } from '../../release/index.ts'
import { type CommandSpec, type Invocation, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'

const options = [
  ...placeOptions,
  { flags: '--family <name>', description: 'this family only' },
  { flags: '--stage <name>', description: 'this stage only' },
  { flags: '--group <region/name>', description: 'this group only' },
  { flags: '--reason <text>', description: 'why; stands in the ledger' },
]

export const hold: CommandSpec = {
  summary: 'let nothing new begin: everywhere, or in a family, a stage or a group',
  options,
  examples: [
    'drover hold --stage prod --reason "the shop is on sale"',
    'drover hold --group eu-central-1/web --reason "incident 4711"',
  ],
  async run(invocation) {
    const order = orderOf(invocation)
    const record = await (await openFor(invocation)).hold(order)
    if (invocation.json) invocation.output.printJson(record)
    else
      invocation.output.print(
        `${describeScope(order.scope)} is held by ${record.runner}; a roll under way goes on to its end; drover resume lifts it`,
      )
    return exitCode.done
  },
}

export const resume: CommandSpec = {
  summary: 'lift a hold',
  options,
  examples: ['drover resume --stage prod --reason "the sale is over"'],
  async run(invocation) {
    const order = orderOf(invocation)
    const record = await (await openFor(invocation)).resume(order)
    if (invocation.json) invocation.output.printJson(record)
    else invocation.output.print(`${describeScope(order.scope)} is no longer held; drover advance goes on`)
    return exitCode.done
  },
}

function orderOf(invocation: Invocation): { readonly scope: HoldScope; readonly reason: string } {
  const reason = optionText(invocation, 'reason')
  if (reason === undefined) throw new ProblemError({ code: 'bad-argument', message: 'an order needs --reason', hint: 'say why' })
  const [family, stage, group] = ['family', 'stage', 'group'].map((name) => optionText(invocation, name))
  return { scope: { ...(family && { family }), ...(stage && { stage }), ...(group && { group }) }, reason }
}
