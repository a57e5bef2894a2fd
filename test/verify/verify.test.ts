// Verification against the in-process local cloud: whatever happens, an answer or a throw, and nothing left behind.

import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import type { Family } from '../../pipeline/config/index.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import { createSimulatedMachines, type LocalCloud, startLocalCloud, type Trouble } from '../../pipeline/localcloud/index.ts'
import type { Architecture, Cloud, CloudAt, CloudOutcome, Command, CommandOutcome, Exec } from '../../pipeline/ports/index.ts'
import type { BakedImage, ReleaseEvent } from '../../pipeline/release/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { createVerify } from '../../pipeline/verify/index.ts'
import { nodeProbes } from '../../pipeline/verify/node-probes.ts'
import type { ProbeResult } from '../../pipeline/verify/probes.ts'
import { aConfig, aFamily } from '../support/config.ts'
import { aPolicy, aRelease, scanCounts } from '../support/factories.ts'
import { aRequest, type TestRequest } from '../support/performer-request.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { answersKeyrings, answersOwnFiles, execWith } from './machine-answers.ts'

const { home } = aPolicy()
const files = createFiles()
const sessionPlugin = 'session-manager-plugin'
/** Nothing is in production yet. */
const inProduction = async () => undefined
const tools = await readTools(files, cacheDirectory(process.env))
const { directory: contentDirectory } = needTool(tools, 'content')
const secretScanner = needTool(tools, 'gitleaks')
const profileFile = new URL('../../hardening/profiles/debian-13-cis-level-1-server.yaml', import.meta.url).pathname

let local: LocalCloud
let cloud: Cloud
let at: CloudAt
let clock: VirtualClock
let troubles: Map<string, Trouble>
let layers: Map<string, string>
let evidenceDirectory: string
let workDirectory: string

beforeEach(async () => {
  troubles = new Map()
  layers = new Map()
  workDirectory = await files.makeTemporaryDirectory('drover-verify-')
  evidenceDirectory = await files.makeTemporaryDirectory('drover-evidence-')
  // Requests are signed and checked by wall time, which no simulation moves.
  clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const random = createSeededRandom(5)
  local = await startLocalCloud({
    clock,
    random,
    drive: 'on-request',
    machines: (now) => {
      const machines = createSimulatedMachines({ now, troubles })
      return { ...machines, adoptLayer: (id, root) => machines.adoptLayer(layers.set(root, id) && id, root) }
    },
  })
  await local.admin.call('add-account', { id: home.account })
  cloud = createCloud({
    clock,
    random,
    sessionName: 'test',
    endpoint: local.endpoint,
    credentials: async () => local.credentials,
  })
  at = cloud.at(home)
})

afterEach(async () => {
  await local.close()
  await files.remove(evidenceDirectory)
  const left = await files.list(workDirectory)
  await files.remove(workDirectory)
  expect(left).toEqual([])
})

async function anImage(architecture: Architecture): Promise<BakedImage> {
  const name = `web-${architecture}`
  const rootDirectory = `/${name}`
  const seed = { owner: home.account, name, architecture, regions: ['eu-central-1' as const], rootDirectory }
  const { images } = await local.admin.call('seed-image', seed)
  return { architecture, imageId: images['eu-central-1'] ?? '', name, region: 'eu-central-1' }
}

async function verification(
  architectures: readonly Architecture[],
  { resumed = false, signal = new AbortController().signal } = {},
): Promise<TestRequest<'verify'>> {
  const images = await Promise.all(architectures.map(anImage))
  const release = aRelease([
    { type: 'bake.intended', token: 'f'.repeat(32) },
    { type: 'bake.finished', images, before: scanCounts(), after: scanCounts(), evidence: [] },
  ])
  return { ...aRequest({ kind: 'verify' }, { release, resumed }), clock, signal, evidenceDirectory }
}

function verify(request: TestRequest<'verify'>, exec: Exec, over: Partial<Family> = {}): Promise<readonly ReleaseEvent[]> {
  const config = aConfig({
    images: { ...aConfig().images, ...home, runnerCidrs: ['10.0.0.0/8'] },
    families: [aFamily({ hardening: { profileFile }, verify: { bootDeadlineMs: 60_000, minimumScorePercent: 97 }, ...over })],
  })
  return createVerify({
    config,
    cloud,
    exec,
    files,
    contentDirectory,
    secretScanner,
    sessionPlugin,
    inProduction,
    workDirectory,
  })(request)
}

const refusing = () => execWith(() => ({ stderr: 'Permission denied (publickey).\n' }))

/** Machines that answer every probe with yes, and with who they are; nothing can be copied to them. */
function answering(seen: (command: Command) => void | Promise<void> = () => undefined): Exec {
  let boots = 0
  return execWith(async (command) => {
    await seen(command)
    const own = (await answersKeyrings(command)) ?? (await answersOwnFiles(command, { '/etc/motd': 'Welcome.\n' }))
    if (own) return own
    if (command.argv[0] === 'scp') return {}
    const isBoot = String(command.input).includes('boot_id')
    return { ok: true, exitCode: 0, stdout: isBoot ? `boot ${++boots}\n` : `${command.argv.at(-2)}\n` }
  })
}

function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}

/** What a verification may have made and must not leave. */
async function leftovers() {
  const tags = { 'drover:purpose': 'verify' }
  return {
    machines: value(await at.describeInstances({ tags })).filter(({ state }) => state !== 'terminated'),
    keys: value(await at.findKeyPairs(tags)),
    groups: value(await at.findSecurityGroups(tags)),
  }
}
const nothing = { machines: [], keys: [], groups: [] }

async function launched(): Promise<number> {
  return value(await at.describeInstances({ tags: { 'drover:purpose': 'verify' } })).length
}

describe('the verdict', () => {
  test('a machine that lets nobody in is refused, with what SSH said, as evidence too', async () => {
    const [event] = await verify(await verification(['x86_64']), refusing())
    const probe = 'SSH with the launch’s key'
    const detail = 'no login in time: Permission denied (publickey).'
    expect(event).toMatchObject({ type: 'verify.finished', verdict: 'refuse' })
    expect(event).toMatchObject({ reasons: [`${probe}: ${detail}`, 'no login, so no scan'] })
    expect(event).toMatchObject({ counts: scanCounts({ passed: 0, waived: 0, notJudged: 0, notApplicable: 0, deselected: 0 }) })
    const text = await readFile(`${evidenceDirectory}/verify/probes.json`, 'utf8')
    expect(event).toMatchObject({ evidence: [{ path: 'verify/probes.json', sha256: sha256(text) }] })
    expect(JSON.parse(text)).toMatchObject([{ image: { architecture: 'x86_64' }, probes: [{ probe, ok: false, detail }] }])
    expect(await leftovers()).toEqual(nothing)
  })

  test('a machine that answers everything but could not be scanned is refused for that alone', async () => {
    const [event] = await verify(await verification(['x86_64']), answering())
    expect(event).toMatchObject({
      verdict: 'refuse',
      reasons: ["the scanner's files could not be sent: scp exited with 255"],
    })
    expect(await launched()).toBe(2)
    expect(await leftovers()).toEqual(nothing)
  })

  test('a machine that comes back from a reboot as the same boot has not been rebooted', async () => {
    const exec = execWith(async (command) => {
      const { input, argv } = command
      const own = (await answersKeyrings(command)) ?? (await answersOwnFiles(command, { '/etc/motd': 'Welcome.\n' }))
      if (own) return own
      const stdout = String(input).includes('boot_id') ? 'one boot\n' : `${argv.at(-2)}\n`
      return { ok: argv[0] === 'ssh', stdout }
    })
    const [event] = await verify(await verification(['x86_64']), exec)
    expect(event).toMatchObject({
      reasons: ['SSH after a reboot: the machine did not come back from a reboot', 'no login after a reboot, so no scan'],
    })
  })

  test('every architecture has machines of its own, one image after the other', async () => {
    const request = await verification(['x86_64', 'arm64'])
    const [event] = await verify(request, answering())
    expect(event).toMatchObject({ type: 'verify.finished', reasons: Array(2).fill(expect.stringContaining('could not be sent')) })
    expect(await launched()).toBe(4)
    expect(await leftovers()).toEqual(nothing)
  })
})

describe('a node after the reboot', () => {
  const ofNode = { kind: 'k8s-node', verify: { bootDeadlineMs: 60_000, minimumScorePercent: 97 } } as const
  type Says = (command: Command, isOwnKernel: boolean, boot: number) => Partial<CommandOutcome> | undefined

  /** A fresh machine that is a container, beside which the image's own kernel is booted, or none; what `says` leaves open it answers well. */
  async function examined(isContainer: boolean, says: Says) {
    const boots = new Map<string, number>()
    const well = answering()
    const exec = execWith(async (command) => {
      const [script, machine] = [String(command.input), command.argv.at(-2) ?? '']
      if (script.startsWith('systemd-detect-virt') && !isContainer) return { exitCode: 1 }
      if (script.includes('Monotonic')) return { ok: true, exitCode: 0, stdout: '20000000\n' }
      if (script.includes('boot_id')) boots.set(machine, (boots.get(machine) ?? 0) + 1)
      return says(command, [...boots.keys()].indexOf(machine) > 0, boots.get(machine) ?? 1) ?? well.run(command)
    })
    const family = { ...ofNode, verify: { ...ofNode.verify, ...(isContainer && { realBoot: 'required' as const }) } }
    const [event] = await verify(await verification(['x86_64']), exec, family)
    const [{ probes }] = JSON.parse(await readFile(`${evidenceDirectory}/verify/probes.json`, 'utf8'))
    const again = (probes as ProbeResult[]).filter(({ probe }) => probe.startsWith('after a reboot: node'))
    expect(await leftovers()).toEqual(nothing)
    return { event, again, boots: [...boots.values()] }
  }

  test('is asked all that it was asked before', async () => {
    const { again } = await examined(false, () => undefined)
    const names = ['node: its clock is right', ...nodeProbes(aFamily(ofNode)).map(({ name }) => name)]
    expect(again).toEqual(names.map((name) => ({ probe: `after a reboot: ${name}`, ok: true, detail: '' })))
  })

  test.each([
    ['itself', false, [2]],
    ['or the one with a kernel of its own beside it,', true, [2, 2]],
  ])('%s is refused when containerd came up the first time only', async (_, isContainer, boots) => {
    const masked = { exitCode: 1, stderr: 'containerd.service is masked\n' }
    const outcome = await examined(isContainer, ({ input }, isOwnKernel, boot) =>
      isOwnKernel === isContainer && boot > 1 && String(input).includes('is-enabled containerd.service') ? masked : undefined,
    )
    expect(outcome.boots).toEqual(boots)
    const refused = outcome.again.filter(({ ok }) => !ok).map(({ probe, detail }) => `${probe}: ${detail}`)
    expect(refused).toEqual([
      'after a reboot: node: containerd answers: kubelet would find no container runtime: containerd.service is masked',
    ])
    expect(outcome.event).toMatchObject({ verdict: 'refuse', reasons: expect.arrayContaining(refused) })
  })

  test('is refused when its own kernel does not come back', async () => {
    const { again } = await examined(true, ({ input }, isOwnKernel) =>
      isOwnKernel && String(input).includes('boot_id') ? { ok: true, exitCode: 0, stdout: 'one boot\n' } : undefined,
    )
    const detail = 'could not be asked: the machine did not come back from a reboot'
    expect(again).toEqual([{ probe: 'after a reboot: node', ok: false, detail }])
  })
})

describe('what could not be verified', () => {
  test('a machine that does not boot fails the verification and is gone', async () => {
    const request = await verification(['x86_64'])
    troubles.set(layers.get('/web-x86_64') ?? '', 'unbootable')
    expect(await verify(request, refusing())).toEqual([
      { type: 'verify.failed', cause: expect.stringMatching(/^i-[0-9a-f]{17} went to (shutting-down|terminated): /) },
    ])
    expect(await leftovers()).toEqual(nothing)
  })

  test('the second machine’s launch fails: the first, its key and its group go too', async () => {
    const request = await verification(['x86_64'])
    const refusal = { code: 'InsufficientInstanceCapacity', message: 'no room', status: 500 }
    const exec = answering(async () => {
      await local.admin.call('set-faults', { faults: [{ kind: 'refuse-action', action: 'RunInstances', ...refusal }] })
    })
    const [event] = await verify(request, exec)
    expect(event).toMatchObject({ type: 'verify.failed', cause: expect.stringContaining('no room') })
    expect(await launched()).toBe(1)
    expect(await leftovers()).toEqual(nothing)
  })

  test('a family that is no longer configured', async () => {
    const request = await verification(['x86_64'])
    const config = aConfig({ families: [aFamily({ name: 'other' })] })
    const context = {
      config,
      cloud,
      exec: refusing(),
      files,
      contentDirectory,
      secretScanner,
      sessionPlugin,
      inProduction,
      workDirectory,
    }
    expect(await createVerify(context)(request)).toEqual([
      { type: 'verify.failed', cause: 'the configuration has no family web any more' },
    ])
  })
})

describe('taken up again', () => {
  test('what a killed runner left is removed before new machines are launched', async () => {
    const request = await verification(['x86_64'])
    const tags = { 'drover:verify': request.token, 'drover:purpose': 'verify' }
    const name = `drover-verify-${request.token.slice(0, 12)}`
    value(
      await at.importKeyPair(name, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO06jg0n62/QPeYl5KwDWQCwFsR6p/Nro3kovTA8lrZ5 x', tags),
    )
    const group = value(await at.createSecurityGroup({ name, description: 'left', ingress: [], tags }))
    const left = value(
      await at.launch({
        imageId: request.release.bake.state === 'finished' ? (request.release.bake.result.images[0]?.imageId ?? '') : '',
        instanceType: 't3.large',
        securityGroupIds: [group.id],
        keyName: name,
        tags,
        clientToken: 'of-the-killed-runner',
      }),
    )
    // Its private key too: that the whole folder is gone in the end is seen to after every test.
    await files.write(`${workDirectory}/${request.token}/x86_64/key`, 'private', 0o600)
    const [event] = await verify({ ...request, resumed: true }, answering())
    expect(event).toMatchObject({ type: 'verify.finished' })
    expect(value(await at.describeInstances({ ids: [left.id] }))[0]?.state).toBe('terminated')
    expect(await launched()).toBe(3)
    expect(request.lines.filter((line) => line.startsWith('left behind'))).toEqual([])
    expect(await leftovers()).toEqual(nothing)
  })
})

describe('interrupted', () => {
  const reason = new Error('SIGINT')

  test.each([
    ['while a machine is waited for', (command: Command) => command.argv[0] === 'ssh'],
    ['during a probe', (command: Command) => String(command.input).includes('sudo -n true')],
    ['while two machines are compared', (command: Command) => String(command.input).includes('hostname')],
    ['while it reboots', (command: Command) => String(command.input).includes('boot_id')],
    ['in the last step of all', (command: Command) => command.argv[0] === 'scp'],
  ])('%s it throws, and cleans up', async (_, isMoment) => {
    const interruption = new AbortController()
    const request = await verification(['x86_64'], { signal: interruption.signal })
    const exec = answering((command) => {
      if (isMoment(command)) interruption.abort(reason)
    })
    await expect(verify(request, exec)).rejects.toBe(reason)
    expect(await launched()).toBeGreaterThan(0)
    expect(await leftovers()).toEqual(nothing)
  })

  test('before anything is launched it launches nothing that stays', async () => {
    const request = await verification(['x86_64'], { signal: AbortSignal.abort(reason) })
    await expect(verify(request, refusing())).rejects.toBe(reason)
    expect(await leftovers()).toEqual(nothing)
  })
})
