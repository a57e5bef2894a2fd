// The configuration after every default, path and reference has been worked out: what the other rooms read.

import type { VulnerabilityFormat } from '../../hardening/index.ts'
import type { Architecture, Place, RoleAccess, Tags } from '../ports/index.ts'
import type { BakingLane, NodeHooks, Policy } from '../release/index.ts'
import type { FamilyKind } from './family-kinds.ts'
import type { Notification } from './resolved-notification.ts'

export interface Config {
  /** Absolute path of the drover.yaml it came from, and its folder. */
  readonly file: string
  readonly directory: string
  readonly organisation: string
  readonly ledger: LedgerLocation
  /** Evidence (reports, scan results, logs) is written and read under this folder, one folder a release. */
  readonly evidenceDirectory: string
  /** Where evidence is kept for every runner, by digest; undefined: it stays in that folder. */
  readonly evidenceBucket?: BucketLocation
  /** How people are told; empty: on standard error only. */
  readonly notifications: readonly Notification[]
  /** AWS is reached by its FIPS endpoints, by drover and by Packer. */
  readonly fips?: true
  readonly images: ImagesAccount
  /** How a role is taken, by ARN; one that is not here is assumed without an external ID. */
  readonly roles: Readonly<Record<string, RoleAccess>>
  /** Tags that say whose a machine is; the first it has counts. */
  readonly ownerTags: readonly string[]
  readonly retention: Retention
  readonly families: readonly Family[]
  /** The emergency lane of each family is to be walked that often. */
  readonly drillEveryMs: number
  /** Absolute paths of every file the configuration reaches, sorted. */
  readonly reached: readonly string[]
  /** SHA-256 over the paths and contents of every file the configuration reaches. */
  readonly digest: string
}

export type LedgerLocation = FolderLocation | BucketLocation

export interface FolderLocation {
  readonly kind: 'file'
  readonly directory: string
}

export interface BucketLocation {
  readonly kind: 's3'
  readonly bucket: string
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string
  readonly region: string
}

export interface ImagesAccount extends Place {
  readonly instanceType: Readonly<Record<Architecture, string>>
  /** Types whose instances boot the image's own kernel, in a cloud whose other instances are containers. */
  readonly realBootType: Readonly<Record<Architecture, string>>
  /** How the runner reaches a build machine. */
  readonly reach: 'private' | 'public' | 'ssm'
  /** Where the runner comes from: the only addresses that reach a build machine's SSH port. */
  readonly runnerCidrs: readonly string[]
  readonly subnetId?: string
  readonly instanceProfile?: string
  readonly kmsKeyIds: Readonly<Record<string, string>>
  /** ARN of the organisation that may launch the images, in place of each stage's account by itself; absent means account by account. */
  readonly organisationArn?: string
  /** How long one attempt to copy an image waits for it; absent means drover's own. */
  readonly copyDeadlineMs?: number
  /** On everything that a bake and a verification make, beside drover's own: those of a proof. */
  readonly tags?: Tags
}

/** When an image that nothing needs any more is taken out of use. */
export interface Retention {
  /** Releases of a family that reached production and can be gone back to, the newest first. */
  readonly keep: number
  /** After a release was superseded in production. */
  readonly deprecateAfterMs: number
  readonly disableAfterMs: number
  readonly deregisterAfterMs: number
  /** After the end of one that never reached production. */
  readonly keepFailedMs: number
  /** Launch templates, `account/region/ID`, whose image nobody can tell and that keep none for it. */
  readonly leaveOut?: readonly string[]
}

export interface Family {
  readonly name: string
  readonly kind: FamilyKind
  readonly bases: readonly BaseQuery[]
  /** Of a family of Kubernetes nodes. */
  readonly node?: NodeSettings
  /** What the hooks of its self-managed groups are like, as its images are told; absent: as `usualNodeHooks`, which they know. */
  readonly nodeHooks?: NodeHooks
  readonly agents: readonly Agent[]
  readonly provisioners: readonly Provisioner[]
  readonly login: LoginPolicy
  readonly hardening: { readonly profileFile: string }
  /** Its machines run in FIPS mode: kernel and libraries use validated cryptography only. */
  readonly fipsMode?: true
  readonly verify: VerifyPolicy
  /** One complete policy a lane; they differ in soaks, waves and approvals. */
  readonly policies: Readonly<Record<BakingLane, Policy>>
}

export type BaseQuery = NamedBase | PublishedBase

/** The newest image of that name. */
export interface NamedBase {
  readonly architecture: Architecture
  readonly ownerAccount: string
  readonly nameGlob: string
}

/** The image its vendor names in public parameters. */
export interface PublishedBase {
  readonly architecture: Architecture
  /** Who may own it. */
  readonly ownerAccounts: readonly string[]
  /** The folder of parameters: `image_id`, `image_name` and `release_version` lie in it. */
  readonly parameters: string
  /** Minor version, such as `1.33`. */
  readonly kubernetes: string
  /** Dated release of the distribution to move to, or `base`. */
  readonly distribution: string
}

export interface NodeSettings {
  /** Minor version, such as `1.33`. */
  readonly kubernetes: string
  /** Kubelet, container runtime and kernel may move with the distribution; else the bake fails when one has. */
  readonly upgradeComponents: boolean
  /** How long before its end support is spoken of. */
  readonly supportNoticeMs: number
  /** Whether a release may be opened when EKS no longer supports that Kubernetes. */
  readonly afterSupport: 'warn' | 'refuse'
}

/** Software every machine of the family must carry. */
export interface Agent {
  readonly name: string
  /** What it is for; the mission's kinds. */
  readonly purpose: 'vulnerability-scanner' | 'monitoring' | 'log-shipper' | 'intrusion-detection' | 'login' | 'other'
  readonly packages: readonly AgentPackage[]
  /** A repository other than the distribution's own, with its pinned key. */
  readonly repository?: AgentRepository
  /** Files laid over the image's root: absolute source folder or file, absolute target, octal mode, owner:group. */
  readonly files: readonly AgentFile[]
  /** systemd units: enabled and expected active on a booted machine. */
  readonly services: readonly AgentService[]
  /** Shell commands run as root on a booted machine; healthy when all exit 0 within the time. */
  readonly probes: readonly { readonly command: string; readonly timeoutMs: number }[]
  /** Shell command run as root that prints what makes this machine's agent itself (its key, its node ID): never the same on two machines. */
  readonly identity?: string
  /** Secrets and settings fetched at first boot from the machine's own account's parameter store. */
  readonly enrolments: readonly Enrolment[]
}

export interface AgentPackage {
  readonly name: string
  /** Exact version, or undefined: the newest the repositories have. */
  readonly version?: string
  /** Not from a repository but from these files, by architecture. */
  readonly files?: Readonly<Partial<Record<Architecture, PackageFile>>>
}

export interface PackageFile {
  /** `https://…`, or `s3://BUCKET/KEY?region=REGION`, read with the build machine's own role. */
  readonly url: string
  readonly sha256: string
}

export type AgentRepository = (AptRepository | DnfRepository) & {
  /** Absolute path of the key file and the full fingerprint it must have. */
  readonly keyFile: string
  readonly keyFingerprint: string
}

interface AptRepository {
  readonly packageManager: 'apt'
  readonly uri: string
  readonly suite: string
  readonly components: readonly string[]
}

interface DnfRepository {
  readonly packageManager: 'dnf'
  /** May hold dnf's own `$basearch`. */
  readonly baseurl: string
}

export interface AgentFile {
  readonly from: string
  readonly to: string
  /** Undefined: 0755 for what is executable, 0644 for the rest. */
  readonly mode: string | undefined
  readonly owner: string
}

export interface AgentService {
  readonly unit: string
  /** `active` long-running; `enabled` only enabled (timers' services, one-shots); `inactive` must not run. */
  readonly expect: 'active' | 'enabled' | 'inactive'
}

/** At first boot the value of the parameter, read with the machine's own role, is written into the file. */
export interface Enrolment {
  /** Parameter name in the account the machine runs in: the same name in every stage, another value. */
  readonly parameter: string
  readonly file: string
  readonly mode: string
  readonly owner: string
  /** Text with `{value}` where the parameter's value goes. Default `{value}\n`. */
  readonly template: string
  /** Units restarted after the file is written. */
  readonly restart: readonly string[]
}

export type Provisioner =
  | { readonly kind: 'shell'; readonly script: string }
  | { readonly kind: 'files'; readonly from: string; readonly to: string }
  | { readonly kind: 'ansible'; readonly playbook: string; readonly variables: Readonly<Record<string, string>> }

/** Who may log in and become root; drover verifies it on a booted machine. */
export interface LoginPolicy {
  /** The image's default user, as cloud-init makes it. */
  readonly user: string
  /** Groups that may log in by SSH; none where nobody may. */
  readonly allowGroups: readonly string[]
  /** Undefined: with the key of a machine's launch. */
  readonly by?: LoginWay
}

export type LoginWay =
  /** Through a session of SSM: sshd never starts. */
  | { readonly kind: 'ssm' }
  /** With a certificate that one of those keys signed for one of the principals; keys alone let nobody in. */
  | { readonly kind: 'ssh-ca'; readonly trustedKeysFile: string; readonly principals: readonly string[] }

export interface VerifyPolicy {
  readonly bootDeadlineMs: number
  /** Fewest percent of applicable rules that must pass; truncated, never rounded up. */
  readonly minimumScorePercent: number
  /**
   * Whether what a container cannot judge is asked of a machine that boots the image's own kernel: if that can be had, or as a
   * condition of passing. Undefined: such rules stay "not judged". A machine that is no container leaves nothing to ask.
   */
  readonly realBoot?: 'try' | 'required'
  /** How much later than its base a Kubernetes node may be ready; drover's own answer where it is undefined. */
  readonly slowerBootAtMostMs?: number
  /** Where the family's log shipper delivers; verification stands in for it to see a failed login arrive. */
  readonly logCollector?: { readonly hostname: string; readonly port: number }
  /** What prints a scanner's result on the fresh machine, run there as root. */
  readonly vulnerabilities?: {
    readonly format: VulnerabilityFormat
    readonly command: string
    readonly timeoutMs: number
  }
}
