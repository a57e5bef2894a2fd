// `drover rehearse`: the user's own configuration, unchanged, from base to production on this machine.

import { type ExitCode, exitCode, ProblemError } from '../../kernel/index.ts'
import { createExec, createFiles, thisProcess } from '../../system/index.ts'
import { type Claim, claim } from '../claim.ts'
import { type CommandSpec, type Invocation, optionFlag, optionText, optionTexts } from '../command.ts'
import { configOption, rehearsedConfigOf } from '../invocation.ts'
import { exitCodeOf, tell } from '../outcome.ts'
import { needRehearsable } from '../rehearsable.ts'
import { rehearsalWorkspace } from '../rehearsal-workspace.ts'
import { openRehearsalWorld } from '../rehearsal-world.ts'
import { runRehearsal } from '../run-rehearsal.ts'
import { summaryJson, summaryLines } from '../summary.ts'
import { needConfig } from '../wiring.ts'

export const rehearse: CommandSpec = {
  summary: 'run a whole release against a cloud on this machine, its instances real, its soaks skipped by the clock',
  arguments: [{ name: '[family]', description: 'default: the first family of the configuration' }],
  options: [
    configOption,
    { flags: '--keep', description: 'leave the local cloud and its machines running' },
    { flags: '--emergency', description: 'take the short lane (needs --reason)' },
    { flags: '--reason <text>', description: 'why; stands in the rehearsal’s ledger' },
    { flags: '--fixes <fix...>', description: "what the image must be proven to fix: CVE-2026-12345, 'openssl>=3.5.2-1'" },
  ],
  examples: ['drover rehearse', 'drover rehearse web --keep', 'drover rehearse web --emergency --reason "drill: Heartbleed"'],
  async run(invocation) {
    const claimed = await claimPlace(rehearsalWorkspace())
    try {
      return await rehearseFromBase(invocation)
    } finally {
      await claimed.release()
    }
  },
}

/** The end of one rehearsal would be the end of another one's cloud. */
async function claimPlace(workspace: string): Promise<Extract<Claim, { readonly ok: true }>> {
  const files = createFiles()
  await files.makeDirectory(workspace, 0o700)
  const claimed = await claim({ exec: createExec(), files, self: thisProcess() }, `${workspace}/rehearsing.json`)
  if (claimed.ok) return claimed
  throw new ProblemError({
    code: 'already-running',
    message: `process ${claimed.holderPid} is rehearsing in ${workspace}`,
    hint: 'let it end, or rehearse in another place: DROVER_STATE names it',
  })
}

async function rehearseFromBase(invocation: Invocation): Promise<ExitCode> {
  const { output, signal } = invocation
  const configFile = await rehearsedConfigOf(invocation)
  needRehearsable(await needConfig(configFile), invocation.arguments[0])
  const world = await openRehearsalWorld(configFile, output, signal)
  let ending: ExitCode | undefined
  try {
    ending = await rehearseIn(invocation, configFile)
    return ending
  } finally {
    const keep = optionFlag(invocation, 'keep') && ending !== undefined
    // An interrupted rehearsal keeps its disks, so that the same command can take it up again.
    if (!keep) await (ending === undefined ? world.powerOff() : world.destroy())
    if (keep && !invocation.json) for (const line of world.howToLookAround()) output.print(line)
  }
}

async function rehearseIn(invocation: Invocation, configFile: string): Promise<ExitCode> {
  const { output, json, signal } = invocation
  const rehearsed = await runRehearsal({
    configFile,
    family: invocation.arguments[0],
    lane: optionFlag(invocation, 'emergency') ? 'emergency' : 'weekly',
    reason: optionText(invocation, 'reason'),
    fixes: optionTexts(invocation, 'fixes'),
    output,
    signal,
  })
  if (json) output.printJson(summaryJson(rehearsed))
  else {
    tell(output, rehearsed.outcome, false)
    for (const line of summaryLines(rehearsed)) output.print(line)
  }
  return rehearsed.outcome.kind === 'done' ? exitCode.done : exitCodeOf(rehearsed.outcome)
}
