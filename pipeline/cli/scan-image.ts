// `drover scan ami-…`: an image is judged on a machine booted from it, which is launched for that and gone afterwards.

import type { AloneOutcome, AloneRequest } from '../../hardening/index.ts'
import { ProblemError } from '../kernel/index.ts'
import type { Exec } from '../ports/index.ts'
import { createExec, createFiles, createRandom, createSystemClock } from '../system/index.ts'
import { execTo, onFreshMachine, type SshTarget } from '../verify/index.ts'
import { type Invocation, optionFlag, optionText } from './command.ts'
import { configFileOf, rehearsedConfigOf } from './invocation.ts'
import { cacheDirectory, readTools, sessionPluginOf } from './tools.ts'
import { imagesPlace } from './wiring.ts'

export function isImage(name: string): boolean {
  return /^ami-[0-9a-f]{8,17}$/.test(name)
}

/** Runs the scan on a fresh machine of the image; the family, the account and the machine's type come from the configuration. */
export async function onImage(
  invocation: Invocation,
  imageId: string,
  scan: (target: AloneRequest['target'], exec: Exec) => Promise<AloneOutcome>,
): Promise<AloneOutcome> {
  const rehearsal = optionFlag(invocation, 'rehearsal')
  const configFile = rehearsal ? await rehearsedConfigOf(invocation) : configFileOf(invocation)
  const { config, cloud } = await imagesPlace(configFile, rehearsal)
  const image = await cloud.describeImage(imageId)
  if (!image.ok) {
    const { account, region } = config.images
    const hint = `Images are looked for in account ${account}, region ${region}: what the configuration says under images.`
    throw new ProblemError({ code: 'not-found', message: `${imageId}: ${image.message}`, hint })
  }
  const { architecture } = image.value
  const [family] = config.families
  const user = optionText(invocation, 'user') ?? family?.login.user ?? 'admin'
  const [exec, files] = [createExec(), createFiles()]
  const outcome = await onFreshMachine(
    {
      exec,
      files,
      clock: createSystemClock(),
      cloud,
      account: config.images,
      imageId,
      instanceType: optionText(invocation, 'instanceType') ?? config.images.instanceType[architecture],
      user,
      bootDeadlineMs: family?.verify.bootDeadlineMs ?? 300_000,
      sessionPlugin: sessionPluginOf(await readTools(files, cacheDirectory(process.env))),
      token: createRandom().hex(32),
      signal: invocation.signal,
      log: (line) => invocation.output.note(line),
    },
    (machine) => scan(hostOf(imageId, machine), execTo(exec, machine)),
  )
  return outcome.ok ? outcome.value : { ok: false, message: `no machine of ${imageId} could be scanned: ${outcome.message}` }
}

function hostOf(name: string, { user, address, keyFile, knownHostsFile }: SshTarget): AloneRequest['target'] {
  const settings = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=accept-new', `UserKnownHostsFile=${knownHostsFile}`]
  return {
    kind: 'host',
    name,
    destination: `${user}@${address}`,
    // Nothing of the user's own configuration is meant for this machine.
    options: ['-F', 'none', '-i', keyFile, ...settings.flatMap((setting) => ['-o', setting])],
  }
}
