// The same calls, by one light client, against drover's local cloud and two emulators as they come from their registry.

import { type ChildProcess, spawn } from 'node:child_process'
import { Agent } from 'node:http'
import { createServer } from 'node:net'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { ended, post, residentMiB, startChildCloud } from '../localcloud/child-cloud.ts'
import type { Bench, BenchRow } from './rows.ts'

const sizes = [10, 1_000, 10_000]
const region = 'eu-central-1'
/** One row is measured for at least so long, and so often, after it was made for a while: a compiler at run time takes its time. */
const shortestMs = 4_000
const fewestRounds = 3
const warmUpMs = 1_500
/** AWS answers no more groups at once. */
const groupsAtOnce = 100

interface Server {
  readonly name: string
  readonly client: Client
  /** That many images of the account; one of them. */
  seedImages(count: number): Promise<string>
  /** Resident memory, in MiB. */
  memory(): Promise<number>
  stop(): Promise<void>
}

interface Figure {
  readonly row: string
  readonly unit: string
  readonly value: number
  readonly better: 'less' | 'more'
  /** Milliseconds of the middle call. */
  readonly medianMs?: number
}

export const localcloudBench: Bench = async (log) => {
  const figures = new Map<string, readonly Figure[]>()
  for (const [name, start] of Object.entries({ drover: startOurs, moto: startMoto, ministack: startMinistack })) {
    const measured: Figure[] = []
    for (const size of sizes) {
      const server = await start()
      try {
        measured.push(...(await measure(server, size)))
        log(`${name}: measured with ${size} instances`)
      } finally {
        await server.stop()
      }
    }
    figures.set(name, measured)
  }
  const [ours = [], ...peers] = [...figures.values()]
  const names = [...figures.keys()].slice(1)
  const rows = ours.flatMap(({ row, unit, value, better }) =>
    peers.flatMap((peer, index): BenchRow[] => {
      const other = peer.find((one) => one.row === row)
      return other ? [{ row, unit, better, ours: value, peer: other.value, peerName: names[index] ?? '' }] : []
    }),
  )
  return { rows, notes: notesOf(figures) }
}

function notesOf(figures: ReadonlyMap<string, readonly Figure[]>): readonly string[] {
  const rows = [...figures.values()][0] ?? []
  const latencies = rows.flatMap(({ row, medianMs }) => {
    if (medianMs === undefined) return []
    const all = [...figures].map(([name, list]) => `${name} ${list.find((one) => one.row === row)?.medianMs?.toFixed(1) ?? '-'}`)
    return [`  ${row}: ${all.join(', ')}`]
  })
  return [
    'items/s: rows of the answer, all pages together. Time is from a request to the end of its answer, without what the client needs to sign',
    'and to read; the fleet runs before it begins. Groups are asked for by name, a hundred at once: one peer knows no pages. Only drover',
    'checks signatures and writes its state to disk.',
    'middle call, in ms:',
    ...latencies,
  ]
}

async function measure(server: Server, size: number): Promise<readonly Figure[]> {
  const { client } = server
  const others = Math.max(10, size / 10)
  const imageId = await server.seedImages(others)
  const instanceIds: string[] = []
  const group = await client.ec2('CreateSecurityGroup', { GroupName: 'web', GroupDescription: 'the fleet' })
  const run = { ImageId: imageId, InstanceType: 't3.micro', 'SecurityGroupId.1': found(group, 'groupId')[0] ?? '' }
  while (instanceIds.length < size) {
    const count = Math.min(500, size - instanceIds.length)
    const answer = await client.ec2('RunInstances', { ...run, MinCount: count, MaxCount: count })
    instanceIds.push(...found(answer, 'instanceId'))
  }
  const data = { 'LaunchTemplateData.ImageId': imageId, 'LaunchTemplateData.InstanceType': 't3.micro' }
  const template = await client.ec2('CreateLaunchTemplate', { LaunchTemplateName: 'web', ...data })
  const templateId = found(template, 'launchTemplateId')[0] ?? ''
  // An account's quota is 500 groups a region.
  const groupNames = Array.from({ length: Math.min(others, 500) }, (_, index) => `web-${index}`)
  for (const AutoScalingGroupName of groupNames) {
    await client.autoscaling('CreateAutoScalingGroup', {
      AutoScalingGroupName,
      MinSize: 0,
      MaxSize: 10,
      'AvailabilityZones.member.1': `${region}a`,
      'LaunchTemplate.LaunchTemplateId': templateId,
    })
  }
  await untilRunning(client)
  const at = (what: string) => `${what}, ${size}`
  const { items, calls } = measuringOf(client)
  return [
    await items(at('describe instances'), () => pages(client.ec2, 'DescribeInstances', 'instanceId', { MaxResults: 1_000 })),
    await items(at('describe images'), () => pages(client.ec2, 'DescribeImages', 'imageId', { 'Owner.1': 'self' })),
    await items(at('describe groups'), () => groupsOf(client, groupNames)),
    await calls(at('create and terminate'), async () => {
      const [id = ''] = found(await client.ec2('RunInstances', { ...run, MinCount: 1, MaxCount: 1 }), 'instanceId')
      await client.ec2('TerminateInstances', { 'InstanceId.1': id })
    }),
    await calls(at('tag'), async (round) => {
      await client.ec2('CreateTags', { 'ResourceId.1': instanceIds[0] ?? '', 'Tag.1.Key': 'round', 'Tag.1.Value': round })
    }),
    await calls(at('template version'), async () => {
      await client.ec2('CreateLaunchTemplateVersion', { LaunchTemplateId: templateId, ...data })
    }),
    { row: at('memory'), unit: 'MiB', value: await server.memory(), better: 'less' },
  ]
}

/** Machines that still boot would be measured too. */
async function untilRunning(client: Client): Promise<void> {
  const pending = { 'Filter.1.Name': 'instance-state-name', 'Filter.1.Value.1': 'pending', MaxResults: 5 }
  while (found(await client.ec2('DescribeInstances', pending), 'instanceId').length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function measuringOf(client: Client) {
  const rounds = async (work: (round: number) => Promise<unknown>) => {
    let round = 0
    for (const until = performance.now() + warmUpMs; round === 0 || performance.now() < until; ) await work(round++)
    const times: number[] = []
    const started = performance.now()
    while (times.length < fewestRounds || performance.now() - started < shortestMs) {
      const before = client.answeredMs()
      await work(round++)
      times.push(client.answeredMs() - before)
    }
    const seconds = times.reduce((sum, one) => sum + one, 0) / 1_000
    const medianMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
    return { count: times.length, seconds, medianMs }
  }
  return {
    /** `all` answers how many there are. */
    async items(row: string, all: () => Promise<number>): Promise<Figure> {
      const each = await all()
      const { count, seconds, medianMs } = await rounds(all)
      return { row, unit: 'items/s', value: (count * each) / seconds, better: 'more', medianMs }
    },
    async calls(row: string, work: (round: number) => Promise<void>): Promise<Figure> {
      const { count, seconds, medianMs } = await rounds(work)
      return { row, unit: 'rounds/s', value: count / seconds, better: 'more', medianMs }
    },
  }
}

async function groupsOf(client: Client, names: readonly string[]): Promise<number> {
  let count = 0
  for (let first = 0; first < names.length; first += groupsAtOnce) {
    const asked = names
      .slice(first, first + groupsAtOnce)
      .map((name, index) => [`AutoScalingGroupNames.member.${index + 1}`, name])
    const answer = await client.autoscaling('DescribeAutoScalingGroups', {
      MaxRecords: groupsAtOnce,
      ...Object.fromEntries(asked),
    })
    count += found(answer, 'AutoScalingGroupARN').length
  }
  return count
}

type Call = (action: string, parameters: Readonly<Record<string, string | number>>) => Promise<string>

async function pages(
  call: Call,
  action: string,
  element: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<number> {
  let count = 0
  let token: string | undefined
  do {
    const answer = await call(action, { ...parameters, ...(token !== undefined && { NextToken: token }) })
    count += found(answer, element).length
    token = found(answer, 'nextToken')[0] ?? found(answer, 'NextToken')[0]
  } while (token)
  return count
}

function found(xml: string, element: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text = '']) => text)
}

interface Client {
  readonly ec2: Call
  readonly autoscaling: Call
  /** How long all requests together have waited for their answers, from the first byte sent to the last one read. */
  answeredMs(): number
  close(): void
}

interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

function clientOf(endpoint: string, credentials: Key): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const { hostname, port } = new URL(endpoint)
  let answeredMs = 0
  const callOf = (service: string, version: string): Call => {
    const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 })
    return async (action, parameters) => {
      const form = new URLSearchParams({ Action: action, Version: version })
      for (const [name, value] of Object.entries(parameters)) form.set(name, String(value))
      const body = form.toString()
      const headers = { host: `${hostname}:${port}`, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
      const asked = { method: 'POST', protocol: 'http:', hostname, port: Number(port), path: '/', query: {}, headers, body }
      const signed = await signer.sign(asked)
      const sent = performance.now()
      const { status, text } = await post(agent, endpoint, signed.headers, body)
      answeredMs += performance.now() - sent
      if (status !== 200) throw new Error(`${action} at ${endpoint}: ${status} ${text.slice(0, 500)}`)
      return text
    }
  }
  return {
    ec2: callOf('ec2', '2016-11-15'),
    autoscaling: callOf('autoscaling', '2011-01-01'),
    answeredMs: () => answeredMs,
    close: () => agent.destroy(),
  }
}

async function startOurs(): Promise<Server> {
  const cloud = await startChildCloud()
  const client = clientOf(cloud.endpoint, cloud)
  return {
    name: 'drover',
    client,
    seedImages: async (count) => (await cloud.seedImages(count))[0] ?? '',
    memory: () => residentMiB(cloud.child),
    async stop() {
      client.close()
      await cloud.stop()
    },
  }
}

const startMoto = () =>
  startEmulator(
    'moto',
    (port) => ['moto_server', '--host', '127.0.0.1', '--port', `${port}`],
    () => ({}),
  )
const startMinistack = () =>
  startEmulator(
    'ministack',
    () => ['ministack'],
    (port) => ({ GATEWAY_PORT: `${port}`, BIND_HOST: '127.0.0.1' }),
    'ami-0123456789abcdef0',
  )

/**
 * An emulator from the environment that `scripts/setup bench` makes; it takes any key. `launchable`: the image to launch, where a
 * registered one would be run as a container.
 */
async function startEmulator(
  name: string,
  argv: (port: number) => readonly [string, ...string[]],
  environment: (port: number) => Readonly<Record<string, string>>,
  launchable?: string,
): Promise<Server> {
  const { directory } = needTool(await readTools(createFiles(), cacheDirectory(process.env)), 'bench')
  const port = await freePort()
  const [program, ...args] = argv(port)
  const child = spawn(`${directory}/bin/${program}`, args, { stdio: 'ignore', env: { ...process.env, ...environment(port) } })
  const endpoint = `http://127.0.0.1:${port}`
  const client = clientOf(endpoint, { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'any' })
  await untilAnswering(child, client)
  return {
    name,
    client,
    async seedImages(count) {
      let imageId = ''
      for (let index = 0; index < count; index++) {
        const image = { Name: `image-${index}`, RootDeviceName: '/dev/sda1', Architecture: 'x86_64' }
        imageId = found(await client.ec2('RegisterImage', image), 'imageId')[0] ?? ''
      }
      return launchable ?? imageId
    },
    memory: () => residentMiB(child),
    async stop() {
      client.close()
      child.kill('SIGTERM')
      const forced = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await ended(child)
      clearTimeout(forced)
    },
  }
}

async function untilAnswering(child: ChildProcess, client: Client): Promise<void> {
  for (let round = 0; round < 240; round++) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
    try {
      await client.ec2('DescribeInstances', {})
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
  throw new Error(`${child.spawnfile} does not answer`)
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
