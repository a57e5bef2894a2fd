// How a machine is launched: its namespaces, its link to the router, its root, and systemd-nspawn's command line. Pure.

import { inGroups } from './cgroups.ts'
import { machineLink, machineMac, machineUuid } from './names.ts'
import { linkLocal, type NetworkPlan } from './network-plan.ts'
import type { MachineSpec } from './types.ts'

export interface Launch {
  readonly spec: MachineSpec
  /** The name systemd-nspawn knows it by. */
  readonly name: string
  readonly network: Pick<NetworkPlan, 'cidr' | 'gateway'>
  /** A process that holds the router's namespace. */
  readonly routerPid: number
  readonly overlayOptions: string
  /** Where the root is mounted, absolute. */
  readonly root: string
  /** A file with the machine's `platformUuid`, absolute. */
  readonly platformFile: string
  /** Groups of the launcher, and of systemd-nspawn: systemd wants a group with nobody else in it. */
  readonly launcherGroups: readonly string[]
  readonly machineGroups: readonly string[]
}

/** systemd-nspawn with --keep-unit leaves rebooting to whoever started it, and says so with this exit code. */
const askedForReboot = 133

// The namespaces belong to this shell: when it ends, the link and the mount go with it, whatever ended it.
const launcher = `set -eu
ip link set lo up
nsenter --net="/proc/$ROUTER/ns/net" ip link delete "$LINK" 2> /dev/null || true
nsenter --net="/proc/$ROUTER/ns/net" ip -batch - << end
link add $LINK type veth peer name ens5 address $MAC netns $$
address add $GATEWAY/32 dev $LINK
link set $LINK up
route add $ADDRESS dev $LINK
neighbor replace $ADDRESS lladdr $MAC dev $LINK nud permanent
end
nsenter --net="/proc/$ROUTER/ns/net" sh -c 'echo 0 > "/proc/sys/net/ipv4/neigh/$LINK/proxy_delay"'
mount -t overlay overlay -o "$OVERLAY" "$ROOT"
while :; do
  ip -batch - << end
address flush dev ens5
address add $ADDRESS/$BITS dev ens5
link set ens5 up
route replace default via $GATEWAY dev ens5 src $ADDRESS
end
  code=0
  "$@" || code=$?
  [ "$code" = ${askedForReboot} ] || exit "$code"
done`

export function launchArgv(launch: Launch): [string, ...string[]] {
  const machine = inGroups(launch.machineGroups, nspawnArgv(launch))
  const unshared = ['unshare', '--mount', '--net', '--propagation', 'private', '--', 'sh', '-c', launcher, 'sh', ...machine]
  return inGroups(launch.launcherGroups, unshared)
}

/** What the launcher of either kind of machine is told: its link to the router, and its image's layers. */
export function linkEnvironment(
  launch: Pick<Launch, 'spec' | 'network' | 'routerPid' | 'overlayOptions' | 'root'>,
): Record<string, string> {
  return {
    ROUTER: String(launch.routerPid),
    LINK: machineLink(launch.spec.address),
    MAC: machineMac(launch.spec.address),
    ADDRESS: launch.spec.address,
    GATEWAY: launch.network.gateway,
    OVERLAY: launch.overlayOptions,
    ROOT: launch.root,
    // The newer mount interface takes no more than 255 characters of an option.
    LIBMOUNT_FORCE_MOUNT2: 'always',
  }
}

export function launchEnvironment(launch: Launch): Record<string, string> {
  return {
    ...linkEnvironment(launch),
    BITS: launch.network.cidr.split('/')[1] as string,
    // The machine has a network namespace of its own, so its network settings are its own to change.
    SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network',
    SYSTEMD_NSPAWN_LOCK: '0',
  }
}

function nspawnArgv({ spec, name, root, platformFile }: Launch): string[] {
  return [
    'systemd-nspawn',
    `--directory=${root}`,
    `--machine=${name}`,
    `--hostname=${spec.hostname}`,
    `--uuid=${machineUuid(spec.id)}`,
    ...(spec.fate === 'never-boots' ? [] : ['--boot']),
    '--register=no',
    '--keep-unit',
    '--console=pipe',
    '--settings=no',
    '--notify-ready=no',
    '--capability=CAP_NET_ADMIN',
    // Where Xen instances of EC2 say what they run on: cloud-init trusts nothing else in a container, and without it
    // asks the metadata service as if it were some other cloud's, with no token.
    `--bind-ro=${platformFile}:/sys/hypervisor/uuid`,
    // Each of these would write into the machine's disk.
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    ...(spec.fate === 'never-boots' ? ['sh', '-c', panic] : [...maskArguments, ...kernelArguments(spec)]),
  ]
}

/**
 * Nobody sits at a container's console to be asked for a password, and each watch for such a question takes one of the inotify
 * instances that all machines share. Masked for this boot only, below /run: the disk says what the image says.
 */
export const maskArguments = ['console', 'wall'].map((where) => `systemd.mask=systemd-ask-password-${where}.path`)

/** A container has no kernel that could panic: its first process says what one would, and ends. */
const panic = 'echo "Run /sbin/init as init process"; echo "Kernel panic - not syncing: No working init found."; exit 1'

/** In a container PID 1's own arguments are what systemd and cloud-init read as the kernel's command line. */
export function kernelArguments({ environment, fate }: Pick<MachineSpec, 'environment' | 'fate'>): string[] {
  return [
    ...Object.entries(environment).map(([name, value]) => `systemd.setenv=${name}=${value}`),
    // All that it boots to is a job that never ends; no service that listens is started.
    ...(fate === 'silent' ? ['systemd.run=sleep infinity'] : []),
    'ds=Ec2',
    `cc: ${cloudConfig} end_cc`,
  ]
}

// The interface is configured before PID 1 starts, and there is no udevd to install a hotplug rule for.
const cloudConfig = `{datasource: {Ec2: {strict_id: false, metadata_urls: ["http://${linkLocal.metadata}"], max_wait: 10}}, network: {config: disabled}, updates: {network: {when: [boot-new-instance]}}}`
