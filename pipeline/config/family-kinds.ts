// The kinds of families there are, and what each differs in: a new kind is an entry here.

export type PackageManager = 'apt' | 'dnf'

interface FamilyKindTraits {
  /** By owner and name, or under the public parameters in which EKS names its newest image of a Kubernetes version. */
  readonly base: 'named' | 'published'

  /** File under packer/package-managers, and the form of the agents' repositories and packages. */
  readonly packageManager: PackageManager
  /** What makes it a Kubernetes node and stays as the base has it, unless `node.upgradeNodeComponents` says otherwise. */
  readonly components?: NodeComponents
  /** Units that fail without user data, and so on every build machine. */
  readonly unitsOfUserData?: readonly string[]
  /** The system of its machines, where none of them can be booted on the runner. */
  readonly neverBootedHere?: string
  /** Packages that put a machine into FIPS mode; undefined: its distribution has no such mode. */
  readonly fipsPackages?: readonly string[]
  /** What drover makes a node of, where the base is none yet. */
  readonly made?: MadeNode
  /** What a server's hardening profile does that takes a node's pods away. */
  readonly harms?: NodeHarms
}

export interface NodeComponents {
  /** Names of packages, `*` for what changes: held by the package manager, and compared before and after. */
  readonly packages: readonly string[]
  /** Absolute paths of programs that no package brought: compared by digest. */
  readonly programs: readonly string[]
}

export interface NodeHarms {
  /** Short names of rules whose mending is harm. */
  readonly rules: readonly string[]
  /** Drover's own controls. */
  readonly controls: readonly string[]
  readonly packages: readonly string[]
  /** Where a profile without them begins. */
  readonly profile: string
}

export interface MadeNode {
  /** Installed from the distribution's own repositories. */
  readonly packages: readonly string[]
  /** Folder under packer: its `rootfs` is laid over the image's, then its provisioners run, in the order of their names. */
  readonly folder: string
  readonly provisioners: readonly string[]
}

/** Their fixes would walk into the layers and volumes of containers. */
const ofFiles = ['no_files_unowned_by_user', 'file_permissions_ungroupowned', 'file_permissions_unauthorized_world_writable']

export const familyKinds = {
  debian: { base: 'named', packageManager: 'apt' },
  'eks-node': {
    base: 'published',
    packageManager: 'dnf',
    neverBootedHere: 'Amazon Linux',
    // [doc: linux/al2023/fips-mode]
    fipsPackages: ['crypto-policies', 'crypto-policies-scripts'],
    // EKS installs these two from a bucket, not as packages (awslabs/amazon-eks-ami, install-worker.sh).
    components: { packages: ['containerd', 'kernel*', 'nerdctl', 'runc'], programs: ['/usr/bin/kubelet', '/usr/bin/nodeadm'] },
    // They read the cluster's name there (awslabs/amazon-eks-ami, nodeadm-config.service and nodeadm-run.service).
    unitsOfUserData: ['nodeadm-config.service', 'nodeadm-run.service'],
    harms: {
      rules: [
        'sysctl_net_ipv4_ip_forward',
        'sysctl_net_ipv6_conf_all_forwarding',
        'sysctl_net_ipv4_conf_all_rp_filter',
        'sysctl_net_ipv4_conf_default_rp_filter',
        ...ofFiles,
        'dir_perms_world_writable_sticky_bits',
        'package_firewalld_installed',
        'service_firewalld_enabled',
        // Both install firewalld for what they have to say to it.
        'firewalld_loopback_traffic_restricted',
        'firewalld_loopback_traffic_trusted',
        // Enforcing, nodeadm does not run: the image has no policy of containers (awslabs/amazon-eks-ami#2006).
        'selinux_state',
      ],
      controls: [],
      packages: ['firewalld'],
      profile: 'hardening/profiles/al2023-cis-level-1-eks-node.yaml',
    },
  },
  // Debian 13 has no kubelet and no cri-tools: whoever needs them brings them as an agent.
  'k8s-node': {
    base: 'named',
    packageManager: 'apt',
    made: {
      packages: ['catatonit', 'containerd', 'containernetworking-plugins', 'runc'],
      folder: 'k8s-node',
      provisioners: ['42-container-runtime.sh', '44-pause-image.sh'],
    },
    harms: {
      rules: [
        'sysctl_net_ipv4_ip_forward',
        'sysctl_net_ipv4_conf_all_forwarding',
        'sysctl_net_ipv4_conf_default_forwarding',
        'sysctl_net_ipv6_conf_all_forwarding',
        'sysctl_net_ipv6_conf_default_forwarding',
        'package_ufw_installed',
        'check_ufw_active',
        'service_ufw_enabled',
        'ufw_default_incoming_rule',
        'ufw_default_outgoing_rule',
        'ufw_disabled_routed',
        ...ofFiles,
        // Of it the root of every container is made.
        'kernel_module_overlayfs_disabled',
      ],
      controls: ['firewall'],
      packages: ['ufw'],
      profile: 'hardening/profiles/debian-13-cis-level-1-k8s-node.yaml',
    },
  },
} as const satisfies Record<string, FamilyKindTraits>

export type FamilyKind = keyof typeof familyKinds

/** Undefined for a kind that a rehearsal can boot. */
export function neverBootedHere({ kind }: { readonly kind: FamilyKind }): string | undefined {
  const traits: FamilyKindTraits = familyKinds[kind]
  return traits.neverBootedHere
}

/** Undefined for a kind that is no node. */
export function componentsOf({ kind }: { readonly kind: FamilyKind }): NodeComponents | undefined {
  const traits: FamilyKindTraits = familyKinds[kind]
  return traits.components
}

export function unitsOfUserData({ kind }: { readonly kind: FamilyKind }): readonly string[] {
  const traits: FamilyKindTraits = familyKinds[kind]
  return traits.unitsOfUserData ?? []
}

/** Undefined for a kind whose distribution has no FIPS mode. */
export function fipsPackagesOf({ kind }: { readonly kind: FamilyKind }): readonly string[] | undefined {
  const traits: FamilyKindTraits = familyKinds[kind]
  return traits.fipsPackages
}

/** Undefined for a kind whose base is a node already, or that is none. */
export function madeNodeOf({ kind }: { readonly kind: FamilyKind }): MadeNode | undefined {
  const traits: FamilyKindTraits = familyKinds[kind]
  return traits.made
}

/** Undefined for a kind that is no node. */
export function harmsOf({ kind }: { readonly kind: FamilyKind }): NodeHarms | undefined {
  const traits: FamilyKindTraits = familyKinds[kind]
  return traits.harms
}

export function packageManagerOf({ kind }: { readonly kind: FamilyKind }): PackageManager {
  return familyKinds[kind].packageManager
}

/** Packages that are there because drover or the kind of family says so, whatever the agents need. */
export function ownPackagesOf(family: { readonly kind: FamilyKind; readonly fipsMode?: true }): readonly string[] {
  const forFips = family.fipsMode ? (fipsPackagesOf(family) ?? []) : []
  return [...ownPackages[packageManagerOf(family)], ...(madeNodeOf(family)?.packages ?? []), ...forFips]
}

/** What drover's own scripts need on every machine: drover-enrol asks with curl and reads with jq. */
const ownPackages = {
  apt: ['ca-certificates', 'curl', 'jq'],
  // Amazon Linux has a smaller curl in the place of `curl`; either will do.
  dnf: ['/usr/bin/curl', 'ca-certificates', 'jq'],
} as const satisfies Record<PackageManager, readonly string[]>
