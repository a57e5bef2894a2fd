// How a machine with a kernel of its own is launched: a disk made of its image's layers, a card in the router, and QEMU. Pure.

import { agentPipe, agentPort } from './agent-channel.ts'
import { kernelArguments, linkEnvironment } from './boot.ts'
import { inGroups } from './cgroups.ts'
import { machineLink, machineMac, platformUuid } from './names.ts'
import type { NetworkPlan } from './network-plan.ts'
import type { MachineSpec } from './types.ts'

/** Where scripts/setup put QEMU: a root folder of its own, and the program in it. */
export interface Emulator {
  /** Absolute. */
  readonly directory: string
  readonly program: string
}

/** What of this host decides how fast it goes. */
export interface Processor {
  /** The kernel's own name of the architecture: x86_64 or aarch64. */
  readonly architecture: string
  /** Text of /proc/cpuinfo. */
  readonly cpuinfo: string
  readonly hasKvm: boolean
}

export interface VirtualLaunch {
  readonly spec: MachineSpec
  readonly network: Pick<NetworkPlan, 'cidr' | 'gateway'>
  /** A process that holds the router's namespace. */
  readonly routerPid: number
  readonly overlayOptions: string
  /** Where the image is mounted while its disk is made, and the machine's folder; absolute. */
  readonly root: string
  readonly directory: string
  readonly emulator: Emulator
  readonly processor: Processor
  readonly launcherGroups: readonly string[]
  readonly machineGroups: readonly string[]
}

/** Written to, it asks the machine's firmware for something: what a press of the power button does. */
export const monitorFile = 'monitor.in'

/** Debian's own EC2 image is of 8 GiB as well. The file has holes: it takes what the image takes. */
const diskSize = '8G'
export const virtualMemoryMib = 1_536

// The image's own grub.cfg says which kernel is booted and how, as an image's menu told EC2's PV-GRUB. The mount belongs to this
// shell and goes with it; the card is in the router's namespace and goes with that, or with the next machine at this address. QEMU
// is confined to its own root, where it sees the machine's folder and the host's devices.
const launcher = `set -eu
in_router() { nsenter --net="/proc/$ROUTER/ns/net" -- "$@"; }
in_router ip link delete "$LINK" 2> /dev/null || true
in_router ip -batch - << end
tuntap add dev $LINK mode tap
address add $GATEWAY/32 dev $LINK
link set $LINK up
route add $ADDRESS dev $LINK
neighbor replace $ADDRESS lladdr $MAC dev $LINK nud permanent
end
in_router sh -c 'echo 0 > "/proc/sys/net/ipv4/neigh/$LINK/proxy_delay"'
if [ ! -e "$MACHINE/disk.img" ]; then
  mount -t overlay overlay -o "$OVERLAY" "$ROOT"
  config=$ROOT/boot/grub/grub.cfg
  if [ -L "$config" ] || [ ! -f "$config" ]; then
    echo "the image has no boot/grub/grub.cfg: nothing says which kernel to boot" >&2
    exit 1
  fi
  # Its first entry: the kernel, the initial file system, and what the kernel is told.
  for part in linux initrd; do
    path=$(sed -nE "s/^[[:space:]]*$part[[:space:]]+([^[:space:]]+).*/\\1/p" "$config" | head -n 1)
    # A link may lead anywhere; what it leads to must be of the image.
    file=$(readlink -f "$ROOT/$path")
    case $file in
      "$ROOT"/boot/*) cp "$file" "$MACHINE/$part" ;;
      *) echo "the image has no kernel to boot: its grub.cfg names '$path' for $part" >&2 && exit 1 ;;
    esac
  done
  sed -nE 's/^[[:space:]]*linux[[:space:]]+[^[:space:]]+[[:space:]]*//p' "$config" | head -n 1 > "$MACHINE/arguments"
  mke2fs -q -t ext4 -L root -d "$ROOT" "$MACHINE/disk.new" ${diskSize}
  umount "$ROOT"
  mv "$MACHINE/disk.new" "$MACHINE/disk.img"
fi
for pipe in monitor.in monitor.out ${agentPipe}.in ${agentPipe}.out; do [ -p "$MACHINE/$pipe" ] || mkfifo -m 600 "$MACHINE/$pipe"; done
mount --bind "$MACHINE" "$QEMU/mnt"
mount --rbind /dev "$QEMU/dev"
code=0
in_router "$@" -append "$(cat "$MACHINE/arguments") $TOLD" || code=$?
in_router ip link delete "$LINK" 2> /dev/null || true
exit "$code"`

export function virtualArgv(launch: VirtualLaunch): [string, ...string[]] {
  const machine = inGroups(launch.machineGroups, ['chroot', launch.emulator.directory, ...qemuArgv(launch)])
  const unshared = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', launcher, 'sh', ...machine]
  return inGroups(launch.launcherGroups, unshared)
}

export function virtualEnvironment(launch: VirtualLaunch): Record<string, string> {
  return {
    ...linkEnvironment(launch),
    MACHINE: launch.directory,
    QEMU: launch.emulator.directory,
    TOLD: told(launch),
  }
}

/** KVM where the processor says it can, not where there is only the device: a sandbox may offer one that cannot run a kernel. */
export function acceleration({ architecture, cpuinfo, hasKvm }: Processor): 'kvm' | 'tcg,thread=multi' {
  const canVirtualise = architecture === 'aarch64' || /^flags\s*:.*\b(vmx|svm)\b/m.test(cpuinfo)
  return hasKvm && canVirtualise ? 'kvm' : 'tcg,thread=multi'
}

function qemuArgv(launch: VirtualLaunch): string[] {
  const { spec, emulator, processor } = launch
  const uuid = platformUuid(spec.id)
  const board = processor.architecture === 'aarch64' ? 'virt' : 'pc'
  return [
    emulator.program,
    '-nodefaults',
    '-no-user-config',
    ...(spec.fate === 'never-boots' ? ['-no-reboot'] : []),
    ...['-display', 'none'],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-machine', board, '-accel', acceleration(processor), '-cpu', 'max', '-smp', '2', '-m', String(virtualMemoryMib)],
    // What Nitro's firmware says: cloud-init and its like tell EC2 by it.
    ...['-smbios', `type=1,manufacturer=Amazon EC2,uuid=${uuid},serial=${uuid}`],
    ...['-kernel', '/mnt/linux', '-initrd', '/mnt/initrd'],
    ...['-drive', 'file=/mnt/disk.img,format=raw,if=none,id=root,cache=unsafe', '-device', 'virtio-blk-pci,drive=root'],
    ...['-netdev', `tap,id=card,ifname=${machineLink(spec.address)},script=no,downscript=no`],
    // In the slot that makes the guest call it ens5, as on EC2.
    ...['-device', `virtio-net-pci,netdev=card,mac=${machineMac(spec.address)},addr=5,romfile=`],
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', 'pipe,id=monitor,path=/mnt/monitor', '-mon', 'chardev=monitor,mode=readline'],
    ...['-device', 'virtio-serial-pci', '-chardev', `pipe,id=agent,path=/mnt/${agentPipe}`],
    ...['-device', `virtserialport,chardev=agent,name=${agentPort}`],
  ]
}

/**
 * What EC2's DHCP server would say, said by the boot instead: the initial file system brings the card up with it, before cloud-init
 * asks for metadata, and nothing on the disk knows of it.
 */
function told({ spec, network, processor }: VirtualLaunch): string {
  const console = processor.architecture === 'aarch64' ? 'ttyAMA0' : 'ttyS0'
  return [
    `console=${console}`,
    `ip=${spec.address}::${network.gateway}:${netmask(network.cidr)}:${spec.hostname}:ens5:off`,
    ...kernelArguments(spec).map(quoted),
    // The kernel finds nothing to run, panics and asks for a reset, at which QEMU ends.
    ...(spec.fate === 'never-boots' ? ['rdinit=/none', 'root=/dev/none', 'panic=-1'] : []),
  ].join(' ')
}

/** One word of a command line; cloud-init looks for its configuration in the line as it stands. */
function quoted(argument: string): string {
  return argument.startsWith('systemd.') && /\s/.test(argument) ? `"${argument}"` : argument
}

function netmask(cidr: string): string {
  const bits = Number(cidr.split('/')[1])
  return [0, 8, 16, 24].map((before) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - before)))).join('.')
}
