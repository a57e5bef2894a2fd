// Examines one image: boots two fresh machines of it, asks them everything, reboots the judged one and scans it.

import { judgeSurface } from '../../hardening/index.ts'
import type { Config, Family } from '../config/index.ts'
import type { CloudAt } from '../ports/index.ts'
import type { BakedImage, PerformerRequest } from '../release/index.ts'
import { type Booted, bootFresh } from './boot-fresh.ts'
import { collectorUserData } from './collector.ts'
import { ask, compare, type Examiner, rebootAndLogin, untilLogin } from './examine.ts'
import { examineNode, examineNodeAgain } from './examine-node.ts'
import { failedLoginArrives, startCollector } from './failed-login.ts'
import { type FreshGround, type FreshMachinesRequest, launchFresh, prepareGround, type Reached } from './fresh-machines.ts'
import { identityProbes } from './identity.ts'
import { loginProbes, ownSshd, prepareLogin, type VerifyLogin } from './login.ts'
import { nodeConfigFor } from './node-user-data.ts'
import { agentProbes, hygieneProbes, machineProbes, type ProbeResult } from './probes.ts'
import { withRealBoot } from './real-boot.ts'
import { examineRepositoryKeys } from './repository-keys.ts'
import { openProfileOf, type ScanContext, type ScanVerdict, scanFresh } from './scan.ts'
import { examineSecrets } from './secrets.ts'
import { sessionTo } from './session.ts'
import { makeKey, type SshKey, type SshTarget } from './ssh.ts'
import { examineVulnerabilities, type VulnerabilityOutcome } from './vulnerabilities.ts'

export interface Examination {
  readonly request: PerformerRequest<'verify'>
  readonly family: Family
  /** The images' account and region. */
  readonly cloud: CloudAt
  readonly image: BakedImage
  /** A private folder of this verification; keys are made in it. */
  readonly directory: string
}

export interface Examined {
  readonly image: BakedImage
  readonly probes: readonly ProbeResult[]
  /** Those of the probes that are about the image's hygiene; undefined when the machine could not be asked. */
  readonly hygiene?: readonly ProbeResult[]
  /** Those that only a Kubernetes node is asked; empty for another family. */
  readonly node?: readonly ProbeResult[]
  readonly scan: ScanVerdict
  /** Undefined when the machine could not be asked. */
  readonly vulnerabilities?: VulnerabilityOutcome
}

/** A `cause` when no machine came up to be asked; everything a machine answers, or does not, is a result. */
export async function examineImage(
  context: ScanContext & { readonly config: Config; readonly sessionPlugin: string },
  examination: Examination,
): Promise<Examined | { readonly cause: string }> {
  const { request, family, cloud, image } = examination
  const { bootDeadlineMs, logCollector } = family.verify
  const directory = `${examination.directory}/${image.architecture}`
  await context.files.makeDirectory(directory, 0o700)
  const key = await makeKey(context.exec, context.files, directory, `drover-verify-${request.release.id}`)
  const way = await prepareLogin(context.exec, context.files, directory, family, key)
  const nodeConfig = await nodeConfigFor(context.exec, family)
  const launching = { ...launchRequest(context.config, examination, key, way), ...(nodeConfig !== undefined && { nodeConfig }) }
  const examiner: Examiner = { exec: context.exec, clock: request.clock, signal: request.signal, log: request.log }
  const probes: ProbeResult[] = []
  const add = (results: readonly ProbeResult[]): void => void probes.push(...results)
  const unscanned = (reason: string): Examined => ({ image, probes, scan: { judged: false, reason } })

  const ground = await prepareGround(launching)
  if (!ground.ok) return { cause: ground.message }
  const helper = await launchFresh(launching, ground.value, 'helper')
  if (!helper.ok) return { cause: helper.message }
  const targetOf = (machine: Reached): SshTarget => ({
    ...sshTarget(family, machine, key, directory),
    ...sessionTo(context.config.images, cloud, machine.id, context.sessionPlugin),
  })
  const helperTarget = targetOf(helper.value)
  const helperLogin = await untilLogin(examiner, helperTarget, bootDeadlineMs)
  if (!helperLogin.ok) {
    add([helperLogin])
    return unscanned('no login, so no scan')
  }
  // It must listen before the judged machine boots: a shipper that met a closed port comes back only much later.
  if (logCollector) add(await startCollector(examiner, logCollector, helperTarget))

  const judged = await launchFresh(
    launching,
    ground.value,
    'judged',
    collectorUserData(logCollector, helper.value.privateAddress),
  )
  if (!judged.ok) return { cause: judged.message }
  const target = targetOf(judged.value)
  const login = await untilLogin(examiner, target, bootDeadlineMs)
  add([login])
  if (!login.ok) return unscanned('no login, so no scan')

  const everyBoot = [...machineProbes(family, request.release.id), ...family.agents.flatMap(agentProbes)]
  request.log('logged in; asking the agents')
  add(await ask(examiner, target, everyBoot))
  const { bootOwn, bootBase, endBase } = moreMachines(context.config, examination, examiner, launching, ground.value, targetOf)
  const firstBoot = await examineNode({ examiner, family, target, bootOwn, bootBase, endBase })
  add(firstBoot)
  request.log('looking for what the bake left, comparing the two machines')
  const opened = await openProfileOf(context, request, family)
  const secrets = await examineSecrets(context, examiner, {
    family,
    target,
    waivers: opened.profile.hygiene?.secrets ?? [],
    directory,
    canaryFile: key.privateKeyFile,
    evidenceFile: `${request.evidenceDirectory}/verify/${image.architecture}/secrets.json`,
  })
  const probed = await ask(examiner, target, [...hygieneProbes(family, key.publicKey), ...loginProbes(family, way)])
  const hygiene = [...probed, await examineRepositoryKeys(context, examiner, target, family, directory), secrets]
  add(hygiene)
  add(await compare(examiner, target, helperTarget, identityProbes(family.agents)))
  if (logCollector) request.log('failing to log in, and looking for it at the log collector')
  if (logCollector) add([await failedLoginArrives(examiner, target, helperTarget)])

  request.log('rebooting')
  const rebooted = await rebootAndLogin(examiner, cloud, judged.value.id, target, bootDeadlineMs)
  add([rebooted])
  if (!rebooted.ok) return unscanned('no login after a reboot, so no scan')
  add(afterReboot(await ask(examiner, target, everyBoot)))
  const secondBoot = afterReboot(await examineNodeAgain({ examiner, family, target, cloud, bootOwn }))
  add(secondBoot)

  const policy = opened.profile.vulnerabilities
  const vulnerabilities = await examineVulnerabilities(examiner, target, family, request.release.fixes, policy)
  request.log('scanning with oscap')
  const fresh = await scanFresh(context, request, family, image, target, opened)
  const { scan, probes: ofRealBoot } = await withRealBoot(context, { request, family, image, examiner, bootOwn }, fresh)
  add(ofRealBoot)
  if (scan.judged) for (const warning of scan.verdict.warnings) request.log(warning)
  const surface = surfaceOf(scan)
  add(surface)
  return { image, probes, hygiene: [...hygiene, ...surface], node: [...firstBoot, ...secondBoot], vulnerabilities, scan }
}

/** Machines that not every examination needs: the image's own kernel, where the judged one is a container, and its base. */
function moreMachines(
  { images: account }: Config,
  { request, image, cloud }: Examination,
  examiner: Examiner,
  launching: FreshMachinesRequest,
  ground: FreshGround,
  targetOf: (machine: Reached) => SshTarget,
) {
  const { architecture } = image
  const instanceType = account.realBootType[architecture]
  let own: Promise<Booted> | undefined
  return {
    bootOwn(): Promise<Booted> {
      own ??= bootFresh({ examiner, launching: { ...launching, instanceType }, ground, targetOf }, 'real-boot')
      return own
    },
    async bootBase(ofOwnKernel: boolean): Promise<Booted> {
      const base = request.release.bases.find((one) => one.architecture === architecture)
      if (base === undefined) return { reason: `the release has no base for ${architecture}` }
      const ofBase = { ...launching, imageId: base.imageId, ...(ofOwnKernel && { instanceType }) }
      return bootFresh({ examiner, launching: ofBase, ground, targetOf }, 'base')
    },
    async endBase(id: string): Promise<void> {
      // Should that fail, it goes with the others.
      await cloud.terminate([id])
    },
  }
}

/** What is listed of the machine, against what the profile declares; a list that is missing refuses by itself. */
function surfaceOf(scan: ScanVerdict): readonly ProbeResult[] {
  const declared = scan.judged ? scan.opened.profile.hygiene : undefined
  if (!scan.judged || !declared || !scan.traced.inventory) return []
  const { inventory } = scan.traced
  // Verification's own door is no port of the image's.
  const own = inventory.listening.filter(({ program }) => program === ownSshd)
  const ports = declared.listening && { listening: [...declared.listening, ...own] }
  return judgeSurface(inventory, { ...declared, ...ports }).map(({ control, met, message }) => ({
    probe: control,
    ok: met,
    detail: message,
  }))
}

function launchRequest(
  { images: account }: Config,
  { request, family, cloud, image }: Examination,
  { publicKey }: SshKey,
  { cloudConfig }: VerifyLogin,
): FreshMachinesRequest {
  const { clock, token, signal, log, release } = request
  return {
    cloud,
    clock,
    account,
    imageId: image.imageId,
    instanceType: account.instanceType[image.architecture],
    token,
    tags: { ...account.tags, 'drover:release': release.id, 'drover:family': family.name, 'drover:purpose': 'verify' },
    publicKey,
    cloudConfig,
    bootDeadlineMs: family.verify.bootDeadlineMs,
    signal,
    log,
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

function afterReboot(results: readonly ProbeResult[]): readonly ProbeResult[] {
  return results.map((result) => ({ ...result, probe: `after a reboot: ${result.probe}` }))
}
