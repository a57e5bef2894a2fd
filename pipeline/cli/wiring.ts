// Where ports meet adapters, and nowhere else: which cloud, which ledger, which clock, which tools.

import { hostname, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { checkProfile, cryptoPolicyOf, fixedRulesOf, profileOf } from '../../hardening/index.ts'
import { type CloudOptions, createCloud } from '../aws/index.ts'
import { checkReach, createBake, type ReachOutlook, resolveBases } from '../bake/index.ts'
import type { ConductorContext, Progress } from '../conductor/index.ts'
import { type Config, type Family, type LoadedConfig, loadConfig, type ReadOrigin, readOrigin } from '../config/index.ts'
import { ProblemError, sha256 } from '../kernel/index.ts'
import { createLedger, type KnownHead, type Ledger, type LedgerVerdict, type ProtectionFindings } from '../ledger/index.ts'
import type { Clock, Cloud, CloudAt } from '../ports/index.ts'
import { createCopy, createDriftAsker, createExposure, createHeadWitness, createShare, createTests } from '../promote/index.ts'
import {
  describeRevocation,
  ordersOf,
  type PinnedBase,
  type Policy,
  type Release,
  releasesOf,
  revocationOf,
  standingInProduction,
} from '../release/index.ts'
import { checkKeys, sessionTagsOf } from '../rights/index.ts'
import { createFleetCheck, createHookCaller, createPlacing, createRoll, createUndoRoll } from '../roll/index.ts'
import {
  createExec,
  createFiles,
  createHttpClient,
  createHttpProbe,
  createRandom,
  createRehearsalClock,
  createSystemClock,
  thisProcess,
} from '../system/index.ts'
import { createVerify } from '../verify/index.ts'
import { claim } from './claim.ts'
import { evidenceStoreOf } from './evidence-store.ts'
import { ledgerProtectionOf } from './ledger-protection.ts'
import { ledgerStoreOf } from './ledger-store.ts'
import { notifierOf, webhookCallerOf } from './notifications.ts'
import { type RehearsalAccess, rehearsalAccess, rehearsalWorkspace } from './rehearsal-workspace.ts'
import { rehearsedRoles, type TakenRoles, takenRoles } from './role-access.ts'
import { cacheDirectory, needTool, readTools, sessionPluginOf, type Tools } from './tools.ts'

export interface DroverOptions {
  readonly configFile: string
  /** Act on the rehearsal's local cloud and ledger. */
  readonly rehearsal?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** Everything connected. */
export interface Wired {
  readonly config: Config
  readonly context: ConductorContext
  readonly cloud: Cloud
  readonly rehearsal: boolean
  readOrigin(): Promise<ReadOrigin>
  resolveBases(family: Family): Promise<readonly PinnedBase[]>
  /** Throws a ProblemError when a key of the images is not there or not usable; what could not be asked is only told. */
  needKeys(policy: Policy): Promise<void>
  /** Whether this runner gets to a build machine as the configuration says. */
  reach(): Promise<ReachOutlook>
  /** Throws a ProblemError when it does not. */
  needReach(): Promise<void>
  /** Throws ProblemError when what builds or verifies an image is not installed and the release still needs it. */
  needToolsFor(release: Pick<Release, 'bake' | 'verify'>): void
  /** For advancing that release until `end`: beside another process of this machine at it, this one goes by a name of its own. */
  runnerFor(releaseId: string): Promise<{ readonly runner: string; end(): Promise<void> }>
  /** By the heads that images carry, and by those given; `unasked`: why no more heads are known, one sentence each. */
  verifyLedger(given: readonly KnownHead[]): Promise<{ readonly verdict: LedgerVerdict; readonly unasked: readonly string[] }>
  /** Throws a ProblemError when the ledger is broken, or ends before what images carry: nothing may be done on it. */
  needWholeLedger(): Promise<void>
  /** What the ledger's bucket and the evidence's do against whoever would change what is in them; nothing of a rehearsal's folder. */
  ledgerProtection(): Promise<ProtectionFindings>
}

const exec = createExec()
const files = createFiles()
const random = createRandom()

/** The folder drover itself lies in: packer/ and hardening/ are found from there. */
const home = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The configuration with every problem at once, those of its hardening profiles included. */
export async function loadChecked(configFile: string): Promise<LoadedConfig> {
  const tools = await readTools(files, cacheDirectory(process.env))
  return loadConfig(files, configFile, async (profileFile) => {
    const contentDirectory = needTool(tools, 'content').directory
    const opened = await checkProfile(files, { profileFile, contentDirectory, nowMs: createSystemClock().wallNow() })
    if (!opened.ok) return { problems: opened.problems, reached: [] }
    const { content } = opened
    const asks = (family: string) => {
      const profile = profileOf(opened.profile, family)
      const mending = { rules: fixedRulesOf(profile, content), controls: profile.controls, packages: profile.packages }
      return { cryptoPolicy: cryptoPolicyOf(profile, content), mending }
    }
    return { problems: [], reached: [], asks }
  })
}

/** From wherever a configuration is edited: with one try, and what can't be reached is only told. */
export function askLedgerProtection(config: Config): Promise<ProtectionFindings> {
  return ledgerProtectionOf(config, { clock: createSystemClock(), random, patient: false })
}

/** The same for whoever can't go on without it: throws ProblemError with every problem. */
export async function needConfig(configFile: string): Promise<Config> {
  const loaded = await loadChecked(configFile)
  if (!loaded.ok) throw new ProblemError(loaded.problems)
  return loaded.config
}

export async function wire(options: DroverOptions): Promise<Wired> {
  const config = await needConfig(options.configFile)
  const rehearsal = options.rehearsal ? await rehearsalAccess(exec, files, rehearsalWorkspace()) : undefined
  const tools = await readTools(files, cacheDirectory(process.env))
  const signal = options.signal ?? new AbortController().signal
  const onProgress = options.onProgress ?? (() => undefined)
  const access = accessOf(config, rehearsal)
  const { credentials } = access
  const { ledger, clock } = await timeAndLedger(config, rehearsal, access)
  const cloud = cloudOf(config, access, clock)
  const clouds = new Map<string, Cloud>()
  const cloudFor = (release: Release): Cloud => {
    const made = clouds.get(release.id) ?? cloudOf(config, access, clock, release)
    clouds.set(release.id, made)
    return made
  }
  const workDirectory = rehearsal ? rehearsal.workspace : `${config.directory}/.drover`
  const evidenceDirectory = rehearsal ? `${rehearsal.workspace}/evidence` : config.evidenceDirectory
  const bucket = rehearsal ? undefined : config.evidenceBucket
  const contentDirectory = needTool(tools, 'content').directory
  const families = config.families.map(({ name }) => name)
  const witness = createHeadWitness({ cloud }, config.images, families)
  let askedOnce: ReturnType<typeof witness.heads> | undefined
  let protectionOnce: Promise<ProtectionFindings> | undefined
  const callHook = createHookCaller({
    exec,
    callWebhook: webhookCallerOf(config, { clock, random, rehearsal: rehearsal !== undefined }),
  })
  const context: ConductorContext = {
    ledger,
    clock,
    signal,
    runner: runnerName(),
    evidenceDirectoryOf: (releaseId) => `${evidenceDirectory}/${releaseId}`,
    evidence: {
      store: evidenceStoreOf({ directory: evidenceDirectory, bucket }, { files, clock, random, credentials, fips: config.fips }),
      files,
    },
    witnessHead: witness.note,
    onProgress,
    notifier: notifierOf(config, {
      clock,
      random,
      rehearsal: rehearsal !== undefined,
      note: (line) => onProgress({ kind: 'log', release: '', step: 'notify', line }),
    }),
    performers: {
      // What builds images is looked for when an image is built: approving, undoing and following a roll do without.
      bake: (request) =>
        createBake({
          config,
          cloud: cloudFor(request.release),
          exec,
          files,
          home,
          workDirectory: `${workDirectory}/bake`,
          contentDirectory,
          tools: bakeTools(tools),
          pollSeconds: rehearsal ? 1 : 15,
        })(request),
      verify: (request) =>
        createVerify({
          config,
          cloud: cloudFor(request.release),
          exec,
          files,
          contentDirectory,
          secretScanner: needTool(tools, 'gitleaks'),
          sessionPlugin: sessionPluginOf(tools),
          inProduction: async (family, architecture) =>
            standingInProduction(releasesOf(await ledger.read()), family, architecture),
          workDirectory: `${workDirectory}/verify`,
        })(request),
      copy: (request) => createCopy({ cloud: cloudFor(request.release) })(request),
      share: (request) => createShare({ cloud: cloudFor(request.release) })(request),
      roll: (request) =>
        createRoll({
          cloud: cloudFor(request.release),
          callHook,
          whyRevoked: async (release) => {
            const revocation = revocationOf(ordersOf(await ledger.read()), release)
            return revocation && describeRevocation(revocation)
          },
        })(request),
      'undo-roll': (request) => createUndoRoll({ cloud: cloudFor(request.release), callHook })(request),
      'place-groups': (request) => createPlacing({ cloud: cloudFor(request.release) })(request),
      'measure-exposure': (request) => createExposure({ cloud: cloudFor(request.release) })(request),
      'check-fleet': (request) => createFleetCheck({ cloud: cloudFor(request.release) })(request),
      test: (request) =>
        createTests({
          cloud: cloudFor(request.release),
          exec,
          probe: createHttpProbe(),
          drift: createDriftAsker({ config, files, contentDirectory }),
          http: createHttpClient(),
          files,
        })(request),
    },
  }
  const reach = () =>
    checkReach({
      images: config.images,
      cloud: cloud.at(config.images),
      exec,
      isRehearsal: rehearsal !== undefined,
      sessionPlugin: sessionPluginOf(tools),
    })
  return {
    config,
    context,
    cloud,
    rehearsal: rehearsal !== undefined,
    readOrigin: () => readOrigin(exec, config),
    resolveBases: (family) => resolveBases(cloud.at(config.images), family),
    needKeys: async (policy) => {
      const { refusals, unasked } = await checkKeys(cloud, policy)
      for (const line of unasked) onProgress({ kind: 'log', release: '', step: 'keys', line })
      if (refusals.length === 0) return
      throw new ProblemError(refusals.map(({ cause, hint }) => ({ code: 'missing-right', message: cause, hint })))
    },
    reach,
    needReach: async () => {
      const outlook = await reach()
      for (const line of outlook.unasked) onProgress({ kind: 'log', release: '', step: 'reach', line })
      if (outlook.refusals.length === 0) return
      throw new ProblemError(outlook.refusals.map(({ code, cause, hint }) => ({ code, message: cause, hint })))
    },
    runnerFor: (releaseId) => runnerFor(ledger, releaseId),
    needToolsFor: ({ bake, verify }) => {
      if (bake.state !== 'finished') bakeTools(tools)
      if (verify.state !== 'finished') needTool(tools, 'gitleaks')
    },
    // The heads first: by the time the ledger is read it holds them all.
    verifyLedger: async (given) => {
      const { heads, unasked } = await witness.heads()
      return { verdict: await ledger.verify([...given, ...heads]), unasked }
    },
    needWholeLedger: async () => {
      askedOnce ??= witness.heads()
      const { heads, unasked } = await askedOnce
      for (const why of unasked) onProgress({ kind: 'log', release: '', step: 'ledger', line: `no head is known: ${why}` })
      await ledger.read(heads)
    },
    ledgerProtection: () => {
      const places = rehearsal ? { ledger: { kind: 'file', directory: '' } as const } : config
      protectionOnce ??= ledgerProtectionOf(places, { clock: createSystemClock(), random, credentials, patient: true })
      return protectionOnce
    },
  }
}

/** Where images are, without a ledger: for who only looks at one. */
export async function imagesPlace(
  configFile: string,
  isRehearsal: boolean,
): Promise<{ readonly config: Config; readonly cloud: CloudAt }> {
  const config = await needConfig(configFile)
  const rehearsal = isRehearsal ? await rehearsalAccess(exec, files, rehearsalWorkspace()) : undefined
  return { config, cloud: cloudOf(config, accessOf(config, rehearsal), createSystemClock()).at(config.images) }
}

type Access = TakenRoles & Pick<CloudOptions, 'endpoint'>

function accessOf(config: Config, rehearsal: RehearsalAccess | undefined): Access {
  if (!rehearsal) return takenRoles(config)
  return { ...rehearsedRoles(config), endpoint: rehearsal.access.endpoint, credentials: async () => rehearsal.access }
}

/** What is done for a release is done in sessions that name it. */
function cloudOf(config: Config, access: Access, clock: Clock, release?: Release): Cloud {
  return createCloud({
    clock,
    random,
    ...access,
    sessionName: release?.id ?? config.organisation,
    sessionTags: release && sessionTagsOf(release),
    fips: config.fips,
  })
}

async function timeAndLedger(
  config: Config,
  rehearsal: RehearsalAccess | undefined,
  { credentials }: Access,
): Promise<{ readonly ledger: Ledger; readonly clock: Clock }> {
  const wallClock = createSystemClock()
  const location = rehearsal ? ({ kind: 'file', directory: `${rehearsal.workspace}/ledger` } as const) : config.ledger
  const ledger = createLedger(ledgerStoreOf(location, { files, clock: wallClock, random, credentials, fips: config.fips }))
  if (!rehearsal) return { ledger, clock: wallClock }
  // A resumed rehearsal goes on from where its clock had jumped to. What is wrong with a broken ledger is for `ledger verify` to say.
  const verdict = await ledger.verify()
  const last = verdict.ok ? verdict.head : undefined
  return { ledger, clock: createRehearsalClock(last ? { startAt: Date.parse(last.at) } : {}) }
}

/** Throws ProblemError when Packer is not installed. */
export function bakeTools(tools: Tools): {
  readonly packer: string
  readonly pluginPath: string
  readonly sessionPlugin: string
  readonly ansiblePlaybook: string | undefined
} {
  const { path, pluginPath } = needTool(tools, 'packer')
  return { packer: path, pluginPath, sessionPlugin: sessionPluginOf(tools), ansiblePlaybook: tools.ansible?.playbook }
}

/** Two processes of one name would take each other's Packer and test machines for what a killed one left. */
async function runnerFor({ location }: Ledger, releaseId: string): ReturnType<Wired['runnerFor']> {
  const file = `${cacheDirectory(process.env)}/claims/${sha256(`${location} ${releaseId}`).slice(0, 32)}.json`
  const claimed = await claim({ exec, files, self: thisProcess() }, file)
  if (claimed.ok) return { runner: runnerName(), end: claimed.release }
  return { runner: `${runnerName()} process ${process.pid}`, end: async () => undefined }
}

/** As it stands in the ledger: the CI run and who started it, or user@host. */
export function runnerName(): string {
  const { GITHUB_ACTIONS, GITHUB_ACTOR, GITHUB_REPOSITORY, GITHUB_RUN_ID } = process.env
  if (GITHUB_ACTIONS === 'true') return `${GITHUB_ACTOR ?? 'unknown'} via ${GITHUB_REPOSITORY ?? '?'} run ${GITHUB_RUN_ID ?? '?'}`
  return `${userInfo().username}@${hostname()}`
}
