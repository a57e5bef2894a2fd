// The rehearsal's cloud with its world in it: base image, accounts, groups; and how a person looks around there.

import { createWorldBuilder } from '../aws/index.ts'
import { type Config, debianAccount, ownersOf } from '../config/index.ts'
import { ProblemError } from '../kernel/index.ts'
import { askAdmin, type CloudAccess, type CloudStatus, ensureBase } from '../localcloud/index.ts'
import { parseWorld, seed, type World } from '../rehearsal/index.ts'
import { createExec, createFiles, createRandom, createSystemClock } from '../system/index.ts'
import type { Output } from './command.ts'
import { cloudDown, cloudIdOf, cloudUp } from './local-cloud.ts'
import { cloudDirectoryOf, rehearsalWorkspace } from './rehearsal-workspace.ts'
import { step } from './steps.ts'
import { cacheDirectory, readTools } from './tools.ts'
import { needConfig } from './wiring.ts'

/** Debian's own account on AWS (https://wiki.debian.org/Cloud/AmazonEC2Image): the same filter finds the base here and there. */

const ports = { exec: createExec(), files: createFiles(), clock: createSystemClock(), random: createRandom() }

export interface RehearsalWorld {
  readonly access: CloudAccess
  /** Powers machines off and ends the process; disks stay, so the same command goes on where this one stopped. */
  powerOff(): Promise<void>
  /** Ends everything and removes the disks; ledger and evidence stay. */
  destroy(): Promise<void>
  /** Commands a person can paste. */
  howToLookAround(): readonly string[]
}

/** Brings the cloud up and fills it if it is new. Safe to call again at any point of it. */
export async function openRehearsalWorld(configFile: string, output: Output, signal: AbortSignal): Promise<RehearsalWorld> {
  const config = await needConfig(configFile)
  const workspace = rehearsalWorkspace()
  const directory = cloudDirectoryOf(workspace)
  const world = await readWorld(config)
  const base = await step(output, 'base image', (say) => makeBase(say, signal))
  const hosts = Object.fromEntries(Object.entries(world.hosts).map(([name, folder]) => [name, `${config.directory}/${folder}`]))
  const powerOff = (): Promise<void> => step(output, 'local cloud: powering off', () => cloudDown(ports, directory))
  try {
    const access = await step(output, 'local cloud', () =>
      cloudUp(ports, directory, { id: cloudIdOf(directory), cacheDirectory: cacheDirectory(process.env), hosts }),
    )
    signal.throwIfAborted()
    await askAdmin(access, 'set-clock', { skipIdle: true })
    const operatorKey = await ensureOperatorKey(workspace)
    await step(output, 'the world before the first release', async (say) => {
      await fill({ access, config, world, base, operatorKey, say })
      await untilSettled(access, signal, say)
    })
    await writeProfiles(workspace, access, config)
    return {
      access,
      powerOff,
      destroy: async () => {
        await powerOff()
        await step(output, 'local cloud: removing its disks', () => ports.files.remove(directory))
      },
      howToLookAround: () => lookAround(workspace, config),
    }
  } catch (error) {
    await powerOff()
    throw error
  }
}

async function readWorld(config: Config): Promise<World> {
  const file = `${config.directory}/local-cloud.yaml`
  const text = await ports.files.readText(file)
  if (text !== undefined) return parseWorld(text, file)
  throw new ProblemError({
    code: 'config-missing-file',
    message: `${file} is missing: it says what groups the rehearsal's cloud has before the first release`,
    hint: 'docs/examples/acme/local-cloud.yaml is one',
  })
}

interface Base {
  readonly rootDirectory: string
  readonly name: string
  readonly architecture: 'x86_64' | 'arm64'
}

async function makeBase(say: (line: string) => void, signal: AbortSignal): Promise<Base> {
  const { archive } = await readTools(ports.files, cacheDirectory(process.env))
  const made = await ensureBase({
    exec: ports.exec,
    files: ports.files,
    cacheDirectory: cacheDirectory(process.env),
    now: ports.clock.wallNow(),
    signal,
    onLine: say,
    ...(archive ? { archive } : {}),
  })
  if (made.ok) return made.base
  signal.throwIfAborted()
  throw new ProblemError({
    code: 'missing-tool',
    message: made.message,
    hint: 'run ./scripts/setup host, and see that the Debian mirror answers',
  })
}

interface Filling {
  readonly access: CloudAccess
  readonly config: Config
  readonly world: World
  readonly base: Base
  readonly operatorKey: string
  readonly say: (line: string) => void
}

async function fill({ access, config, world, base, operatorKey, say }: Filling): Promise<void> {
  const regions = [
    config.images.region,
    ...Object.values(world.groups).flatMap((groups) => Object.keys(groups).map((key) => key.split('/')[0] ?? '')),
  ]
  const seedBase = (owner: string) =>
    askAdmin(access, 'seed-image', {
      owner,
      name: base.name,
      architecture: base.architecture,
      regions: [...new Set(regions)] as [string, ...string[]] & never,
      rootDirectory: base.rootDirectory,
    })
  const { images } = await seedBase(debianAccount)
  // Whose images a configuration starts from has the same one: the local base runs an agent of Systems Manager, Debian's own does not.
  for (const owner of new Set(config.families.flatMap(({ bases }) => bases.flatMap(ownersOf)))) {
    if (/^\d{12}$/.test(owner) && owner !== debianAccount) await seedBase(owner)
  }
  await seed({
    config,
    world,
    builder: createWorldBuilder({
      clock: ports.clock,
      random: ports.random,
      sessionName: 'world',
      endpoint: access.endpoint,
      credentials: async () => access,
    }),
    cloud: {
      addAccount: async (id, organisation) =>
        void (await askAdmin(access, 'add-account', { id, ...(organisation === undefined ? {} : { organisation }) })),
      addInstanceProfile: async (account, name) =>
        void (await askAdmin(access, 'add-instance-profile', { account, name, role: name })),
      addKmsKey: async ({ account, region }, name, accounts) =>
        void (await askAdmin(access, 'add-kms-key', { account, region, name, accounts: [...accounts] })),
    },
    operatorKey,
    random: ports.random,
    baseImageIn: (region) => images[region] ?? '',
    log: say,
  })
}

const settleDeadlineMs = 600_000

/** Until every group has all its machines in service: a release starts from a herd that is well. */
async function untilSettled(access: CloudAccess, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  const deadline = ports.clock.wallNow() + settleDeadlineMs
  let said = ''
  for (;;) {
    const status = await askAdmin(access, 'status', {})
    if (status.groups.every(({ desired, inService }) => inService >= desired)) return
    const line = settling(status)
    if (line !== said) say(line)
    said = line
    if (ports.clock.wallNow() > deadline) {
      throw new ProblemError({
        code: 'refused',
        message: `the groups did not come up: ${line}`,
        hint: 'the local cloud’s daemon.log and the machines’ consoles say why',
      })
    }
    await ports.clock.pause(1_000, signal)
  }
}

function settling({ groups }: CloudStatus): string {
  const sum = (pick: (group: CloudStatus['groups'][number]) => number): number =>
    groups.reduce((total, group) => total + pick(group), 0)
  return `${sum(({ inService }) => inService)} of ${sum(({ desired }) => desired)} machines in service`
}

/** The key of every group's machines, made once a workspace. */
async function ensureOperatorKey(workspace: string): Promise<string> {
  const file = `${workspace}/operator-key`
  const known = await ports.files.readText(`${file}.pub`)
  if (known !== undefined) return known.trim()
  await ports.files.makeDirectory(workspace, 0o700)
  const made = await ports.exec.run({ argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'operator', '-f', file] })
  if (!made.ok) throw new ProblemError({ code: 'missing-tool', message: made.message, hint: 'install openssh-client' })
  return ((await ports.files.readText(`${file}.pub`)) ?? '').trim()
}

/** One AWS CLI profile for the home account, the images' account and each stage. */
async function writeProfiles(workspace: string, access: CloudAccess, config: Config): Promise<void> {
  const stages = config.families[0]?.policies.weekly.stages ?? []
  const roles = [{ name: 'images', role: config.images.role }, ...stages.map(({ name, role }) => ({ name, role }))]
  const text = [
    '[profile home]',
    `aws_access_key_id = ${access.accessKeyId}`,
    `aws_secret_access_key = ${access.secretAccessKey}`,
    `region = ${config.images.region}`,
    `endpoint_url = ${access.endpoint}`,
    ...roles.flatMap(({ name, role }) => [
      '',
      `[profile ${name}]`,
      'source_profile = home',
      ...(role ? [`role_arn = ${role}`] : []),
      // The CLI keeps a role's credentials by role and session name: another local cloud must not be given this one's.
      `role_session_name = drover-${cloudIdOf(cloudDirectoryOf(workspace))}-${access.pid}`,
      `region = ${config.images.region}`,
      `endpoint_url = ${access.endpoint}`,
    ]),
  ]
  await ports.files.write(`${workspace}/aws-config`, `${text.join('\n')}\n`, 0o600)
}

function lookAround(workspace: string, { families }: Config): readonly string[] {
  const stage = families[0]?.policies.weekly.stages.at(-1)
  const region = stage?.waves[0]?.groups[0]?.region ?? ''
  const drover = new URL('../../scripts/drover', import.meta.url).pathname
  return [
    '',
    'the local cloud is still running; look around with',
    `  export AWS_CONFIG_FILE=${workspace}/aws-config`,
    `  aws --profile ${stage?.name ?? 'home'} --region ${region} autoscaling describe-auto-scaling-groups`,
    `  ${drover} cloud status`,
    `  ssh -i ${workspace}/operator-key ${families[0]?.login.user ?? 'admin'}@ADDRESS`,
    `  ${drover} status --rehearsal     (and: report, ledger verify)`,
    'and end it with',
    `  ${drover} cloud down`,
  ]
}
