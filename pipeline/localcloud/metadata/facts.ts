// What the metadata service knows of an instance, and who it asks.

/** All that one machine may learn about itself. */
export interface InstanceFacts {
  readonly instanceId: string
  readonly imageId: string
  readonly instanceType: string
  readonly privateAddress: string
  /** `ip-10-1-2-3.eu-central-1.compute.internal` */
  readonly hostname: string
  readonly mac: string
  readonly networkInterfaceId: string
  readonly subnetId: string
  /** CIDR of the subnet and of the VPC. */
  readonly subnetCidr: string
  readonly vpcId: string
  readonly vpcCidr: string
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[]
  readonly region: string
  readonly zone: string
  readonly account: string
  readonly reservationId: string
  readonly launchIndex: number
  readonly architecture: 'x86_64' | 'arm64'
  /** ISO 8601: the instance's launch time. */
  readonly pendingAt: string
  readonly keyPair?: { readonly name: string; readonly publicKey: string }
  /** As the instance gets it, decoded. */
  /** Where an Auto Scaling group is taking it: `InService`, `Standby`, `Terminated`; undefined outside of groups. */
  readonly targetLifecycleState?: string
  readonly userData?: Uint8Array
  readonly profile?: InstanceProfile
  /** Tags, only when the instance shows them in its metadata. */
  readonly tags?: Readonly<Record<string, string>>
  readonly options: MetadataOptions
}

export interface InstanceProfile {
  readonly arn: string
  readonly id: string
  readonly roleName: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string
    /** ISO 8601. */
    readonly updatedAt: string
    readonly expiresAt: string
  }
}

export interface MetadataOptions {
  readonly tokens: 'required' | 'optional'
  readonly endpoint: 'enabled' | 'disabled'
}

export interface MetadataSource {
  /** The instance with that private address, or undefined when there is none. */
  instanceAt(address: string): Promise<InstanceFacts | undefined>
}
