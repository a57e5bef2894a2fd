// What an image holds besides rules: its packages and whom each serves, open ports, programs that run as another user.

/** One installed package, as the package manager lists it. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
}

/** A package with the reason it is in the image. */
export interface TracedPackage extends InstalledPackage {
  /** `base`, `agent collectd`, `control firewall`, `profile`, `provisioner 10-web.sh`; missing when nothing accounts for it. */
  readonly tracedTo?: string
}

export interface ListeningPort {
  readonly protocol: 'tcp' | 'udp'
  /** As the machine writes it: `0.0.0.0`, `127.0.0.1`, `[::]`. */
  readonly address: string
  readonly port: number
  /** Name of the program; empty when the machine did not tell. */
  readonly program: string
}

export interface Inventory {
  /** By name. */
  readonly packages: readonly TracedPackage[]
  /** On the fresh machine. */
  readonly listening: readonly ListeningPort[]
  /** Absolute paths with the setuid or setgid bit. */
  readonly setuid: readonly string[]
}
