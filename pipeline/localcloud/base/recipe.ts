// What the base is made of, and why: as near to Debian's own EC2 image as a machine without a disk can be.

import type { Json } from '../../kernel/index.ts'

export const suite = 'trixie'

/** What image names begin with: `debian-13-amd64-20261122-0530`, as Debian names its own. */
export const namePrefix = 'debian-13'

/** Debian's names of the architectures, and EC2's. */
export const architectures = { amd64: 'x86_64', arm64: 'arm64' } as const

export type DebianArchitecture = keyof typeof architectures

/**
 * Beyond `--variant=minbase`. Left out of what Debian's EC2 image has: the parts of GRUB that are written to a disk, systemd-resolved and netplan.io (the local cloud boots
 * the root and sets up its network), unattended-upgrades and polkitd (a daemon a machine; golden images are replaced, not upgraded
 * in place), awscli (a quarter of a gigabyte), reportbug, screen, tcpdump and their like.
 */
const packages: Readonly<Record<string, string>> = {
  init: 'a machine that boots',
  'systemd-sysv': 'systemd is its PID 1',
  dbus: 'logind and systemctl talk over it',
  udev: 'device rules, which packages expect to be there',
  'libpam-systemd': 'a login has a session',
  'openssh-server': 'the way in',
  sudo: 'the first user becomes root by it',
  'grub2-common': 'the boot loader and its settings; the local cloud reads its menu, nothing is installed to a disk',
  'cloud-init': 'takes user, key and user data from the metadata service',
  'cloud-guest-utils': 'growpart, which cloud-init calls',
  iproute2: 'looks at the network',
  'iputils-ping': 'in every Debian installation',
  netbase: 'the names of services and protocols',
  iptables: 'in the image of Debian too',
  'ca-certificates': 'TLS',
  curl: 'asks the metadata service',
  python3: 'what Ansible runs its modules with',
  apparmor: 'a recommendation of the kernel',
  zstd: 'a recommendation of the kernel: its initial file system',
  'linux-sysctl-defaults': 'the kernel parameters Debian sets',
  chrony: 'the time, as on EC2',
  'apt-utils': 'in every Debian installation',
  'xz-utils': 'in the image of Debian too',
  less: 'in every Debian installation',
  nano: 'in every Debian installation',
  'vim-tiny': 'in every Debian installation',
  whiptail: 'debconf asks with it',
  'bash-completion': 'in the image of Debian too',
  'man-db': 'in the image of Debian too',
}

/** The packages for one architecture. Its kernel never runs in a container, but rules about it apply only where one is installed. */
export function packagesFor(architecture: DebianArchitecture): readonly string[] {
  return [...Object.keys(packages), `linux-image-cloud-${architecture}`]
}

/** Where packages come from while the base is made; the base itself names Debian's standard mirrors. */
export interface Archive {
  readonly debian: string
  readonly security: string
  /** File with the keys that sign them. */
  readonly keyring: string
}

/** The sources for mmdebstrap, in apt's deb822 format. */
export function buildSources(archive: Archive): string {
  const stanza = (uri: string, suites: string) =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: ${archive.keyring}\n`
  return `${stanza(archive.debian, `${suite} ${suite}-updates`)}\n${stanza(archive.security, `${suite}-security`)}`
}

/** What two bases have in common when they are made the same way; the files that are put into it are the caller's to add. */
export function recipeOf(architecture: DebianArchitecture): Json {
  return { suite, variant: 'minbase', packages: packagesFor(architecture) }
}
