// Real machines for tests: a base root, a cloud of them under a name of its own, and what this host must be left with.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { needTool, readTools } from '../../pipeline/cli/tools.ts'
import { ensureBase } from '../../pipeline/localcloud/base/index.ts'
import { createEgress, type Egress } from '../../pipeline/localcloud/egress/egress.ts'
import { machineMac } from '../../pipeline/localcloud/machines/names.ts'
import { createNspawnMachines, type NspawnMachines } from '../../pipeline/localcloud/machines/nspawn.ts'
import type { MachineSpec } from '../../pipeline/localcloud/machines/types.ts'
import type { Emulator } from '../../pipeline/localcloud/machines/virtual.ts'
import type { InstanceFacts } from '../../pipeline/localcloud/metadata/facts.ts'
import { createMetadataHandler } from '../../pipeline/localcloud/metadata/serve.ts'
import { createExec, createFiles, createRandom, createSystemClock } from '../../pipeline/system/index.ts'

export interface TestCloud {
  readonly machines: NspawnMachines
  readonly egress: Egress
  readonly directory: string
  /** A private key that every machine's metadata holds the public key of. */
  readonly keyFile: string
  /** The spec of machine number N, open on port 22 only, which may go anywhere. */
  spec(number: number, changed?: Partial<MachineSpec>): MachineSpec
  /** Runs a script in a machine and returns what it printed; fails with all of it when the script does. */
  inside(spec: MachineSpec, script: string): Promise<string>
  close(): Promise<void>
}

const cache = process.env.DROVER_CACHE ?? `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/drover`

/** QEMU, as scripts/setup put it here. */
export async function installedEmulator(): Promise<Emulator> {
  return needTool(await readTools(createFiles(), cache), 'qemu')
}

/** The base that the local cloud itself offers; made where there is none yet. */
export async function baseRoot(): Promise<string> {
  const base = await ensureBase({ exec: createExec(), files: createFiles(), cacheDirectory: cache, now: Date.now() })
  if (!base.ok) throw new Error(base.message)
  return base.base.rootDirectory
}

interface TestCloudOptions {
  readonly emulator?: Emulator | undefined
  /** User data of the machine at an address; none unless told. */
  readonly userDataAt?: (address: string) => string | undefined
}

export async function openTestCloud(id: string, { userDataAt, ...options }: TestCloudOptions = {}): Promise<TestCloud> {
  const directory = await mkdtemp(`/tmp/drover-${id}-`)
  const [exec, files, clock] = [createExec(), createFiles(), createSystemClock()]
  const keyFile = `${directory}/key`
  await exec.run({ argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', keyFile] })
  const publicKey = await readFile(`${keyFile}.pub`, 'utf8')
  const stateDirectory = `${directory}/state`
  const machines = await createNspawnMachines({ exec, files, clock, id, stateDirectory, ...options })
  const { network } = machines
  const source = { instanceAt: async (address: string) => factsAt(address, network.cidr, publicKey, userDataAt?.(address)) }
  const egress = await createEgress({
    exec,
    files,
    network,
    inRouter: machines.inRouter,
    stateDirectory,
    cacheDirectory: `${cache}/packages`,
    metadata: createMetadataHandler({ source, clock, random: createRandom() }),
    api: async (request, response, peer) => void response.end(`${request.method} ${request.url} from ${peer.address}`),
  })
  const adopted = await machines.adoptLayer('base', await baseRoot())
  if (!adopted.ok) throw new Error(adopted.message)
  return {
    machines,
    egress,
    directory,
    keyFile,
    spec: (number, changed) => specOf(number, network.firstAddress, egress.endpoint, changed),
    async inside(spec, script) {
      const outcome = await machines.run(spec.id, script, 60_000)
      if (outcome.exitCode !== 0) {
        throw new Error(`${script}: ${JSON.stringify(outcome)}\n${(await machines.console(spec.id)).slice(-1_000)}`)
      }
      return outcome.stdout
    },
    async close() {
      await egress.close()
      await machines.close()
      await rm(directory, { recursive: true })
    },
  }
}

function specOf(number: number, first: string, endpoint: string, changed: Partial<MachineSpec> = {}): MachineSpec {
  const address = first.replace(/\d+$/, (last) => String(Number(last) + number))
  return {
    id: instanceIdAt(address),
    layers: ['base'],
    address,
    hostname: `ip-${address.replaceAll('.', '-')}`,
    kernel: 'shared',
    memoryMib: 1_024,
    firewall: {
      ingress: [{ protocol: 'tcp', fromPort: 22, toPort: 22, cidr: '0.0.0.0/0' }],
      egress: [{ protocol: 'all', fromPort: -1, toPort: -1, cidr: '0.0.0.0/0' }],
    },
    metadataHopLimit: 1,
    environment: { AWS_ENDPOINT_URL: endpoint },
    ...changed,
  }
}

function instanceIdAt(address: string): string {
  return `i-${machineMac(address).replaceAll(':', '').padStart(17, '0')}`
}

function factsAt(address: string, cidr: string, publicKey: string, userData: string | undefined): InstanceFacts {
  return {
    instanceId: instanceIdAt(address),
    imageId: 'ami-0123456789abcdef0',
    instanceType: 't3.large',
    privateAddress: address,
    hostname: `ip-${address.replaceAll('.', '-')}.eu-central-1.compute.internal`,
    mac: machineMac(address),
    subnetId: 'subnet-0123456789abcdef0',
    networkInterfaceId: 'eni-0123456789abcdef0',
    subnetCidr: cidr,
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidr: cidr,
    securityGroups: [{ id: 'sg-0123456789abcdef0', name: 'default' }],
    region: 'eu-central-1',
    zone: 'eu-central-1a',
    account: '111111111111',
    reservationId: 'r-0123456789abcdef0',
    launchIndex: 0,
    architecture: 'x86_64',
    pendingAt: '2026-01-01T00:00:00Z',
    keyPair: { name: 'test', publicKey },
    ...(userData === undefined ? {} : { userData: Buffer.from(userData) }),
    options: { tokens: 'required', endpoint: 'enabled' },
  }
}

/** What a cloud could leave on this host: lines that name it or its folder, and mounts, links, routes and control groups. */
export async function tracesOf(id: string, folder = `/drover-${id}-`): Promise<string[]> {
  const { run } = createExec()
  const [mounts, links, groups, processes, folders] = await Promise.all([
    readFile('/proc/self/mounts', 'utf8'),
    run({ argv: ['ip', '-brief', 'link'] }),
    run({ argv: ['find', '/sys/fs/cgroup', '-maxdepth', '2', '-name', `drover-${id}`] }),
    run({ argv: ['ps', '-eo', 'pid,args'] }),
    run({ argv: ['find', '/run/systemd/nspawn', '-name', `drover-${id}*`] }),
  ])
  return [
    ...mounts.split('\n').filter((line) => line.includes(folder)),
    ...links.stdout.split('\n').filter((line) => line.startsWith(`drv-${id}@`)),
    ...groups.stdout.split('\n'),
    ...processes.stdout.split('\n').filter((line) => line.includes(folder) || line.includes(`drover-${id}/`)),
    ...folders.stdout.split('\n'),
  ].filter((line) => line !== '')
}
