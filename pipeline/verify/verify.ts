// Verification: boots fresh machines of the finished image, probes and scans them, and says pass or refuse.

import type { Config, Family, ImagesAccount } from '../config/index.ts'
import { assert, sha256 } from '../kernel/index.ts'
import type { Cloud, Exec, Files } from '../ports/index.ts'
import type { BakedImage, Performer, PerformerRequest, ReleaseEvent, ScanCounts } from '../release/index.ts'
import { collectedScript, collectorUserData, startCollectorScript } from './collector.ts'
import { ask, compare, type Examiner, rebootAndLogin, untilLogin } from './examine.ts'
import { disposeFresh, type FreshMachinesRequest, launchFresh, prepareGround, type Reached } from './fresh-machines.ts'
import { identityProbes } from './identity.ts'
import { agentProbes, hygieneProbes, machineProbes, type ProbeResult } from './probes.ts'
import { type ScanContext, type ScanVerdict, scanFresh, writeReports } from './scan.ts'
import { failedLogin, makeKey, remote, type SshKey, type SshTarget } from './ssh.ts'

export interface VerifyContext extends ScanContext {
  readonly config: Config
  readonly cloud: Cloud
  readonly exec: Exec
  readonly files: Files
}

/** The performer of `verify`. Whatever happens, what it launched is gone when it returns; what could not be removed is named. */
export function createVerify(context: VerifyContext): Performer<'verify'> {
  return async (request) => {
    const { release, clock, token } = request
    assert(release.bake.state === 'finished', 'an image is verified after its bake')
    const family = context.config.families.find(({ name }) => name === release.family)
    if (!family) return [{ type: 'verify.failed', cause: `the configuration has no family ${release.family} any more` }]
    const cloud = context.cloud.at(context.config.images)
    if (request.resumed) await disposeFresh(cloud, clock, token)
    const directory = await context.files.makeTemporaryDirectory('drover-verify-')
    try {
      const outcomes: Examined[] = []
      for (const image of release.bake.result.images) {
        const examined = await examine(context, request, family, image, directory)
        if ('cause' in examined) return [{ type: 'verify.failed', cause: examined.cause }]
        outcomes.push(examined)
      }
      return [await conclude(context, request, family, outcomes)]
    } finally {
      const left = await disposeFresh(cloud, clock, token)
      for (const message of left) request.log(`left behind: ${message}`)
      await context.files.remove(directory)
    }
  }
}

interface Examined {
  readonly image: BakedImage
  readonly probes: readonly ProbeResult[]
  readonly scan: ScanVerdict
}

async function examine(
  context: VerifyContext,
  request: PerformerRequest<'verify'>,
  family: Family,
  image: BakedImage,
  directory: string,
): Promise<Examined | { readonly cause: string }> {
  const account = context.config.images
  const cloud = context.cloud.at(account)
  const keyDirectory = `${directory}/${image.architecture}`
  await context.files.makeDirectory(keyDirectory, 0o700)
  const key = await makeKey(context.exec, context.files, keyDirectory, `drover-verify-${request.release.id}`)
  const { logCollector } = family.verify
  const launching = launchRequest(request, account, family, image, cloud, key)
  const examiner: Examiner = { exec: context.exec, clock: request.clock, signal: request.signal, log: request.log }
  const probes: ProbeResult[] = []
  const add = (results: readonly ProbeResult[]): void => void probes.push(...results)
  const unscanned = (reason: string): Examined => ({ image, probes, scan: { judged: false, reason } })

  const ground = await prepareGround(launching)
  if (!ground.ok) return { cause: ground.message }
  const helper = await launchFresh(launching, ground.value, 'helper')
  if (!helper.ok) return { cause: helper.message }
  const helperTarget = sshTarget(family, helper.value, key, keyDirectory)
  const helperLogin = await untilLogin(examiner, helperTarget, family.verify.bootDeadlineMs)
  if (!helperLogin.ok) {
    add([helperLogin])
    return unscanned('no login, so no scan')
  }
  // It must listen before the judged machine boots: a shipper that met a closed port comes back only much later.
  if (logCollector) add(await startCollector(examiner, logCollector, helperTarget))

  const judged = await launchFresh(launching, ground.value, 'judged', collectorUserData(logCollector, helper.value.privateAddress))
  if (!judged.ok) return { cause: judged.message }
  const target = sshTarget(family, judged.value, key, keyDirectory)
  const login = await untilLogin(examiner, target, family.verify.bootDeadlineMs)
  add([login])
  if (!login.ok) return unscanned('no login, so no scan')

  request.log('logged in; asking the agents')
  add(await ask(examiner, target, machineProbes(family, request.release.id)))
  add(await ask(examiner, target, family.agents.flatMap(agentProbes)))
  request.log('looking for what the bake left, comparing the two machines')
  add(await ask(examiner, target, hygieneProbes(family, key.publicKey)))
  add(await compare(examiner, target, helperTarget, identityProbes(family.agents)))
  if (logCollector) request.log('failing to log in, and looking for it at the log collector')
  if (logCollector) add([await failedLoginArrives(examiner, target, helperTarget)])

  request.log('rebooting')
  const rebooted = await rebootAndLogin(examiner, cloud, judged.value.id, target, family.verify.bootDeadlineMs)
  add([rebooted])
  if (!rebooted.ok) return unscanned('no login after a reboot, so no scan')
  add(
    afterReboot(
      await ask(examiner, target, [...machineProbes(family, request.release.id), ...family.agents.flatMap(agentProbes)]),
    ),
  )

  request.log('scanning with oscap')
  const scan = await scanFresh(context, request, family, image, target)
  return { image, probes, scan }
}

async function conclude(
  context: VerifyContext,
  request: PerformerRequest<'verify'>,
  family: Family,
  outcomes: readonly Examined[],
): Promise<ReleaseEvent> {
  const reasons = outcomes.flatMap(({ probes, scan }) => [
    ...probes.filter(({ ok }) => !ok).map(({ probe, detail }) => `${probe}: ${detail}`),
    ...(scan.judged ? scan.verdict.reasons : [scan.reason]),
  ])
  const probesFile = 'verify/probes.json'
  const text = `${JSON.stringify(
    outcomes.map(({ image, probes }) => ({ image, probes })),
    undefined,
    2,
  )}\n`
  await context.files.write(`${request.evidenceDirectory}/${probesFile}`, text)
  const reports = await writeReports(context, request, family, outcomes, context.config.organisation)
  return {
    type: 'verify.finished',
    verdict: reasons.length > 0 ? 'refuse' : 'pass',
    reasons,
    counts: sumOf(outcomes.flatMap(({ scan }) => (scan.judged ? [scan.verdict.counts] : []))),
    evidence: [{ path: probesFile, sha256: sha256(text) }, ...reports],
  }
}

/** Over all architectures; nothing was counted where no scan came about. */
function sumOf(counts: readonly ScanCounts[]): ScanCounts {
  const none: ScanCounts = {
    passed: 0,
    fixed: 0,
    failed: 0,
    error: 0,
    unknown: 0,
    waived: 0,
    notJudged: 0,
    notApplicable: 0,
    notChecked: 0,
    deselected: 0,
    informational: 0,
  }
  const names = Object.keys(none) as (keyof ScanCounts)[]
  return counts.reduce(
    (sum, one) => Object.fromEntries(names.map((name) => [name, sum[name] + one[name]])) as unknown as ScanCounts,
    none,
  )
}

const collectorProbe = 'a failed login reaches the log collector'

/** A result only when it did not start. */
async function startCollector(
  { exec, signal }: Examiner,
  collector: NonNullable<Family['verify']['logCollector']>,
  helper: SshTarget,
): Promise<readonly ProbeResult[]> {
  const started = await remote(exec, helper, startCollectorScript(collector), { timeoutMs: 60_000, signal })
  if (started.ok) return []
  return [{ probe: collectorProbe, ok: false, detail: `the test collector did not start: ${started.stderr.trim() || started.message}` }]
}

async function failedLoginArrives({ exec, signal }: Examiner, target: SshTarget, helper: SshTarget): Promise<ProbeResult> {
  const nobody = 'drover-nobody'
  const attempt = await failedLogin(exec, target, nobody)
  if (attempt.ok) return { probe: collectorProbe, ok: false, detail: `${nobody} could log in without a key` }
  const seen = await remote(exec, helper, collectedScript(nobody, 60), { timeoutMs: 90_000, signal })
  return { probe: collectorProbe, ok: seen.ok, detail: seen.ok ? '' : seen.stderr.trim() || seen.message }
}

function afterReboot(results: readonly ProbeResult[]): readonly ProbeResult[] {
  return results.map((result) => ({ ...result, probe: `after a reboot: ${result.probe}` }))
}

function launchRequest(
  request: PerformerRequest<'verify'>,
  account: ImagesAccount,
  family: Family,
  image: BakedImage,
  cloud: FreshMachinesRequest['cloud'],
  key: SshKey,
): FreshMachinesRequest {
  return {
    cloud,
    clock: request.clock,
    account,
    imageId: image.imageId,
    instanceType: account.instanceType[image.architecture],
    token: request.token,
    tags: { 'drover:release': request.release.id, 'drover:family': family.name, 'drover:purpose': 'verify' },
    publicKey: key.publicKey,
    bootDeadlineMs: family.verify.bootDeadlineMs,
    signal: request.signal,
    log: request.log,
  }
}

function sshTarget(family: Family, machine: Reached, key: SshKey, directory: string): SshTarget {
  return {
    user: family.login.user,
    address: machine.address,
    keyFile: key.privateKeyFile,
    knownHostsFile: `${directory}/known_hosts-${machine.id}`,
  }
}
