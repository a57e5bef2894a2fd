// Instances: what EC2 says of them, and how far the machine behind each has come.

import type { BootFate } from './account.ts'
import type { Tags } from './tags.ts'

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated'

/** What is known of the machine: `none` before its first start, `off` with a disk, `booted` when PID 1 runs, `gone` when destroyed. */
export type MachineKnown = 'none' | 'off' | 'booted' | 'answering' | 'gone'

export interface Instance {
  readonly id: string
  readonly reservationId: string
  readonly launchIndex: number
  readonly imageId: string
  /** The image's layers when it was launched; they outlive the image. */
  readonly layers: readonly string[]
  readonly architecture: 'x86_64' | 'arm64'
  readonly state: InstanceState
  /** AWS's code for why it stopped or ended, such as `Client.UserInitiatedShutdown`. */
  readonly stateReason?: { readonly code: string; readonly message: string }
  readonly stateTransitionReason: string
  readonly machine: MachineKnown
  /** Its machine is only pretended: so it was launched, and so it stays. */
  readonly isSimulated?: true
  /** When the machine was last started: it may stay silent for so long. */
  readonly bootedAt?: number
  readonly nextProbeAt?: number
  /** It will never start, and ends then: what EC2 needs for it cannot be had. */
  readonly launchFailsAt?: number
  /** Nothing is asked of the machine before this, after something failed. */
  readonly notBefore?: number
  /** Digest of the firewall rules the machine has. */
  readonly firewall?: string
  /** True when it did not answer in time: the instance status check fails. */
  readonly isImpaired: boolean
  /** What the status checks came to say, and when; the newest last. */
  readonly statusChecks?: readonly StatusChange[]
  readonly rebootRequested: boolean
  /** What an operator's fault has in store for its machine. */
  readonly fate?: Fate
  /** Machine faults that were drawn for this run of its machine, by ID, whether they hit it or not. */
  readonly drawnFaults?: readonly string[]
  readonly instanceType: string
  readonly keyName?: string
  readonly address: string
  readonly subnetId: string
  readonly vpcId: string
  readonly zone: string
  readonly networkInterfaceId: string
  readonly securityGroupIds: readonly string[]
  readonly launchedAt: number
  readonly terminatedAt?: number
  /** Base64, as it came. */
  readonly userData?: string
  readonly instanceProfile?: string
  readonly rootDeviceName: string
  readonly volumes: readonly { readonly deviceName: string; readonly volumeId: string }[]
  readonly metadata: {
    readonly tokens: 'optional' | 'required'
    readonly hopLimit: number
    readonly isEnabled: boolean
    readonly hasTags: boolean
  }
  readonly shutdownBehavior: 'stop' | 'terminate'
  readonly disableApiTermination: boolean
  /** Kept and shown; a machine here has neither credits, dedicated disk bandwidth nor metrics. */
  readonly cpuCredits?: 'standard' | 'unlimited'
  readonly ebsOptimized: boolean
  readonly isMonitored: boolean
  readonly clientToken?: string
  /** Digest of the request that had the token. */
  readonly requestDigest?: string
  readonly tags: Tags
  /** Tags of its network interface. */
  readonly interfaceTags: Tags
}

/** From then on its status checks fail, or do not; neither while nothing is checked. */
export interface StatusChange {
  readonly at: number
  readonly isFailed?: boolean
}

/** True from launch to the end of its machine: it holds its address, its layers and its groups. */
export function isLive(instance: Instance): boolean {
  return instance.state !== 'terminated'
}

/** True when the machine was started and is not known to have ended. */
export function isUp({ machine }: Pick<Instance, 'machine'>): boolean {
  return machine === 'booted' || machine === 'answering'
}

/** A fate of the next boot, or one that comes about at a time. */
export type Fate = { readonly how: BootFate } | { readonly how: 'falls-ill' | 'dies'; readonly at: number }

/** Is it what an operator means by an instance's ID, an image's, or an Auto Scaling group's name? */
export function isMeant({ id, imageId, tags }: Pick<Instance, 'id' | 'imageId' | 'tags'>, target: string): boolean {
  return target === id || target === imageId || target === tags['aws:autoscaling:groupName']
}
