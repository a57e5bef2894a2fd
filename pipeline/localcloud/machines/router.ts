// The router: a network namespace, held by a process of its own, between the host and every machine of one local cloud.

import { assert, ProblemError } from '../../kernel/index.ts'
import type { Clock, CommandOutcome, Exec, Files } from '../../ports/index.ts'
import { groupPaths, type Hierarchies, inGroups, makeGroup } from './cgroups.ts'
import { baseScript, uplink } from './firewall.ts'
import type { CloudNames } from './names.ts'
import { freeRanges, linkLocal, type NetworkPlan, planNetwork } from './network-plan.ts'

export interface Router {
  readonly network: NetworkPlan
  /** The process that holds the namespace. */
  readonly pid: number
  /** The same program, run inside the namespace. */
  inside(argv: readonly string[]): [string, ...string[]]
  /** Applies an nftables script inside. */
  filter(script: string): Promise<void>
}

export interface RouterOptions {
  readonly exec: Exec
  readonly files: Files
  readonly clock: Clock
  readonly id: string
  readonly names: CloudNames
  readonly hierarchies: Hierarchies
  readonly stateDirectory: string
}

// Machines look for their neighbours on their link: the router answers for them.
const settings = `cd /proc/sys/net/ipv4
echo 1 > ip_forward
echo 1 > conf/default/proxy_arp`

export async function openRouter(options: RouterOptions): Promise<Router> {
  const { exec, names } = options
  const pid = await holdNamespace(options)
  const inside = (argv: readonly string[]): [string, ...string[]] => ['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...argv]
  await must(exec, ['ip', 'link', 'add', names.hostLink, 'type', 'veth', 'peer', 'name', uplink, 'netns', String(pid)])
  const network = await claimNetwork(options)
  await batch(exec, inside(['ip', '-batch', '-']), insideCommands(network))
  await must(exec, inside(['sh', '-c', settings]))
  const filter = async (script: string) => batch(exec, inside(['nft', '-f', '-']), script)
  await filter(baseScript(network))
  return { network, pid, inside, filter }
}

/** The other end, the address and the routes go with it. */
export async function removeHostLink(exec: Exec, names: CloudNames): Promise<void> {
  const shown = await exec.run({ argv: ['ip', 'link', 'show', 'dev', names.hostLink] })
  if (!shown.ok) return
  const removed = await exec.run({ argv: ['ip', 'link', 'delete', names.hostLink] })
  // It also goes by itself, a moment after the last process of the namespace.
  assert(removed.ok || removed.stderr.includes('Cannot find device'), removed.message)
}

async function holdNamespace({ exec, files, clock, names, hierarchies, stateDirectory }: RouterOptions): Promise<number> {
  const group = `${names.cgroup}/router`
  await makeGroup(files, hierarchies, group)
  const holder = await exec.detach({
    argv: inGroups(groupPaths(hierarchies, group), ['unshare', '--net', '--', 'sleep', 'infinity']),
    logFile: `${stateDirectory}/router.log`,
  })
  // It is `sleep` only once it is in the new namespace.
  while ((await files.readText(`/proc/${holder.pid}/comm`))?.trim() !== 'sleep') {
    if (!(await exec.isAlive(holder))) throw await noNamespace(files, stateDirectory)
    await clock.pause(10)
  }
  return holder.pid
}

async function noNamespace(files: Files, stateDirectory: string): Promise<ProblemError> {
  const log = (await files.readText(`${stateDirectory}/router.log`))?.trim().split('\n').at(-1)
  return new ProblemError({
    code: 'missing-right',
    message: `The local cloud's network namespace could not be made: ${log}`,
    hint: 'Run as root, on a kernel with network namespaces.',
  })
}

/** The route is the claim: only one cloud can add it, so the one that is late takes its next candidate. */
async function claimNetwork(options: RouterOptions): Promise<NetworkPlan> {
  const { exec, files, names, stateDirectory } = options
  const file = `${stateDirectory}/network.json`
  const saved = await files.readText(file)
  const free = freeRanges(options.id, await takenRanges(options))
  // Stopped machines keep their addresses, so the range of an earlier run is the only one that will do.
  const candidates =
    saved === undefined ? free : [(JSON.parse(saved) as { cidr: string }).cidr].filter((cidr) => free.includes(cidr))
  await must(exec, ['ip', 'link', 'set', names.hostLink, 'up'])
  for (const network of candidates.map(planNetwork)) {
    if (!(await addRoute(exec, names, network))) continue
    await files.write(file, JSON.stringify({ cidr: network.cidr }))
    return network
  }
  throw new ProblemError({
    code: 'refused',
    message: saved
      ? `The local cloud's addresses (${saved}) are in use on this machine now.`
      : 'No free /20 was found in 10.64.0.0 to 10.223.240.0.',
    hint: `\`ip route\` shows what uses them; ${saved ? `or begin anew by removing ${stateDirectory}.` : 'free one.'}`,
  })
}

async function addRoute(exec: Exec, names: CloudNames, network: NetworkPlan): Promise<boolean> {
  const { cidr, host, gateway } = network
  const dev = ['dev', names.hostLink]
  await must(exec, ['ip', 'address', 'replace', `${host}/32`, ...dev])
  await must(exec, ['ip', 'route', 'replace', gateway, ...dev, 'src', host])
  const added = await exec.run({ argv: ['ip', 'route', 'add', cidr, 'via', gateway, ...dev, 'src', host] })
  if (added.ok) return true
  assert(added.stderr.includes('File exists'), added.message)
  await must(exec, ['ip', 'address', 'flush', ...dev])
  return false
}

async function takenRanges({ exec, files }: RouterOptions): Promise<string[]> {
  const routes = await must(exec, ['ip', '-4', '-json', 'route', 'show', 'table', 'all'])
  const addresses = await must(exec, ['ip', '-4', '-json', 'address', 'show'])
  const resolvers = (await files.readText('/etc/resolv.conf'))?.matchAll(/^nameserver\s+(\S+)/gm) ?? []
  return [
    ...(JSON.parse(routes.stdout || '[]') as { dst?: string }[]).flatMap(({ dst }) => dst ?? []),
    ...(JSON.parse(addresses.stdout || '[]') as { addr_info?: { local?: string }[] }[]).flatMap(({ addr_info = [] }) =>
      addr_info.flatMap(({ local }) => local ?? []),
    ),
    ...Array.from(resolvers, ([, address]) => address as string),
  ]
}

function insideCommands({ gateway, host }: NetworkPlan): string {
  return [
    'link set lo up',
    ...Object.values(linkLocal).map((address) => `address add ${address}/32 dev lo`),
    `address add ${gateway}/32 dev ${uplink}`,
    `link set ${uplink} up`,
    `route add ${host} dev ${uplink}`,
    '',
  ].join('\n')
}

async function batch(exec: Exec, argv: [string, ...string[]], input: string): Promise<void> {
  const outcome = await exec.run({ argv, input })
  assert(outcome.ok, outcome.message)
}

async function must(exec: Exec, argv: [string, ...string[]]): Promise<CommandOutcome> {
  const outcome = await exec.run({ argv })
  if (outcome.exitCode === undefined) {
    throw new ProblemError({ code: 'missing-tool', message: outcome.message, hint: 'Install iproute2, nftables and util-linux.' })
  }
  assert(outcome.ok, `${argv.join(' ')}: ${outcome.message}`)
  return outcome
}
