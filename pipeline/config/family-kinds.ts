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
}

export interface NodeComponents {
  /** Names of packages, `*` for what changes: held by the package manager, and compared before and after. */
  readonly packages: readonly string[]
  /** Absolute paths of programs that no package brought: compared by digest. */
  readonly programs: readonly string[]
}

export interface MadeNode {
  /** Installed from the distribution's own repositories. */
  readonly packages: readonly string[]
  /** Folder under packer: its `rootfs` is laid over the image's, then its provisioners run, in the order of their names. */
  readonly folder: string
  readonly provisioners: readonly string[]
}

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
