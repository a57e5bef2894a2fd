// `drover notify --test`: a test message through every sender of the configuration, and which of them answered.

import { exitCode, ProblemError } from '../../kernel/index.ts'
import { testMessage, testSenders } from '../../notify/index.ts'
import { createRandom, createSystemClock } from '../../system/index.ts'
import { type CommandSpec, optionFlag } from '../command.ts'
import { configFileOf, placeOptions, rehearsedConfigOf } from '../invocation.ts'
import { notifierOf, sendersOf } from '../notifications.ts'
import { needConfig, runnerName } from '../wiring.ts'

export const notify: CommandSpec = {
  summary: 'try the ways people are told',
  options: [...placeOptions, { flags: '--test', description: 'send a test message through every sender' }],
  examples: ['drover notify --test'],
  async run(invocation) {
    const { output, json, signal } = invocation
    if (!optionFlag(invocation, 'test')) {
      throw new ProblemError({ code: 'bad-argument', message: 'notify needs --test', hint: 'drover notify --help' })
    }
    const rehearsal = optionFlag(invocation, 'rehearsal')
    const config = await needConfig(rehearsal ? await rehearsedConfigOf(invocation) : configFileOf(invocation))
    const clock = createSystemClock()
    const random = createRandom()
    const test = { id: `test-${clock.wallNow()}-${random.below(1_000_000)}`, runner: runnerName() }
    if (rehearsal) {
      const note = (line: string) => output.note(line)
      const message = testMessage({ ...test, at: new Date(clock.wallNow()).toISOString(), level: 'failure' })
      notifierOf(config, { clock, random, rehearsal, note }).send(message)
    }
    const results = rehearsal ? [] : await testSenders(sendersOf(config, { clock, random }), { ...test, clock, signal })
    if (json) output.printJson(results)
    else if (rehearsal) output.print('a rehearsal sends nothing outside')
    else if (results.length === 0) output.print(`${config.file} has no notifications`)
    else for (const { sender, ok, message } of results) output.print(ok ? `✔ ${sender}` : `✖ ${sender}: ${message}`)
    return results.every(({ ok }) => ok) ? exitCode.done : exitCode.failed
  },
}
