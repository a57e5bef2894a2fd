// What the local cloud asks of whatever runs its instances: nspawn, QEMU or a simulation, or all of them side by side, behind one interface.

import type { Duplex } from 'node:stream'

export interface MachineSpec {
  /** EC2 instance ID, `i-` and 17 hexadecimal digits. */
  readonly id: string
  /** IDs of read-only layers (an adopted root, then kept upper layers), lowest first; the machine's own writes go to a disk above them. */
  readonly layers: readonly string[]
  /** The IPv4 address it gets, inside `Machines.network`. */
  readonly address: string
  readonly hostname: string
  /** Whose kernel it runs: this host's, as a container, its image's own, as a virtual machine, or none: it is only pretended. */
  readonly kernel: 'shared' | 'own' | 'simulated'
  /** The most memory it gets: what its instance type has. Beyond that something in it is killed, and nothing beside it. */
  readonly memoryMib: number
  /** What its security groups let in and out; everything else is dropped, answers excepted. */
  readonly firewall: FirewallRules
  /** IMDS hop limit, 1 to 64. */
  readonly metadataHopLimit: number
  /** Environment for the machine's services, such as AWS_ENDPOINT_URL; told on PID 1's command line, never written to disk. */
  readonly environment: Readonly<Record<string, string>>
  /** On purpose: `never-boots` fails where PID 1 would start, `silent` boots to where nothing answers yet and stays there. */
  readonly fate?: 'never-boots' | 'silent'
}

export interface FirewallRules {
  readonly ingress: readonly FirewallRule[]
  readonly egress: readonly FirewallRule[]
}

export interface FirewallRule {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all'
  readonly fromPort: number
  readonly toPort: number
  /** Where from or where to; the ports are the destination's both ways. */
  readonly cidr: string
}

export type MachineOutcome = { readonly ok: true } | { readonly ok: false; readonly message: string }

export interface GuestCommandOutcome {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

/** A load balancer's health check of one machine. */
export interface HealthQuestion {
  readonly protocol: 'HTTP' | 'TCP'
  readonly port: number
  readonly path: string
  readonly timeoutMs: number
}

export type HealthSeen =
  /** With the status code of an HTTP answer. */
  { readonly kind: 'answered'; readonly status?: number } | { readonly kind: 'refused' } | { readonly kind: 'timed-out' }

export interface Machines {
  /** The range instances get addresses from, and the first and last that may be given out. */
  readonly network: {
    readonly cidr: string
    readonly firstAddress: string
    readonly lastAddress: string
    readonly gateway: string
  }
  /** Makes the disk if there is none yet (a stopped machine keeps its own) and boots; returns when PID 1 runs. */
  start(spec: MachineSpec): Promise<MachineOutcome>
  /** Powers off cleanly, hard after a bounded time; the disk stays. */
  stop(id: string): Promise<MachineOutcome>
  reboot(spec: MachineSpec): Promise<MachineOutcome>
  /** Ends it at once, as if its kernel had died; the disk stays. */
  kill(id: string): Promise<MachineOutcome>
  /** Stops it if it runs and removes its disk. */
  destroy(id: string): Promise<MachineOutcome>
  /** IDs of machines whose PID 1 is alive. */
  running(): Promise<readonly string[]>
  /** True when the guest's network answers (its sshd's port accepts, or a ping is answered): EC2's instance status check. */
  reachable(id: string): Promise<boolean>
  /** Asks the machine itself, from inside the cloud's network and past its security groups. */
  healthCheck(id: string, question: HealthQuestion): Promise<HealthSeen>
  /** Changes the firewall of a running machine. */
  setFirewall(id: string, firewall: FirewallRules): Promise<void>
  /** Keeps the stopped machine's own layer under a layer ID; the machine may go on afterwards. */
  captureLayer(id: string, layerId: string): Promise<MachineOutcome>
  /** Registers a folder made elsewhere (the base root) as a layer without copying it. */
  adoptLayer(layerId: string, rootDirectory: string): Promise<MachineOutcome>
  removeLayer(layerId: string): Promise<void>
  /** Bytes of the layer on disk. */
  layerBytes(layerId: string): Promise<number>
  /** Runs a shell script in the guest as root in a unit of its own: what the SSM agent would do. */
  run(id: string, script: string, timeoutMs: number): Promise<GuestCommandOutcome>
  /** Is that systemd unit active in the guest? Nobody sees into a kernel of its own: there its agent is asked, and without one none is. */
  unitActive(id: string, unit: string): Promise<boolean>
  /** A connection to a port of the machine from inside it, as its agent makes one; undefined when nobody answers there. */
  connect(id: string, port: number): Promise<Duplex | undefined>
  /** The last 64 KiB of the machine's console; of a destroyed one too, for a while. */
  console(id: string): Promise<string>
  /** Ends every machine and takes down the network this instance of the local cloud made; disks stay. */
  close(): Promise<void>
  /** Kills what an earlier, crashed run of this same local cloud left: machines, namespaces, mounts. Disks stay. */
  sweep(): Promise<void>
}

/** A request from inside a machine, as the in-namespace relay hands it on. */
export interface GuestPeer {
  readonly address: string
}
