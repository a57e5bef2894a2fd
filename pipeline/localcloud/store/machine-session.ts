// Sessions of Systems Manager into machines: who began which, into what, and the token that opens its channel.

export interface MachineSession {
  readonly id: string
  readonly target: string
  readonly owner: string
  readonly userId: string
  readonly documentName: string
  /** On the machine, as its own programs reach it. */
  readonly port: number
  /** Where the plugin listens on the client's side; absent: it carries one connection, its own input and output. */
  readonly localPort?: string
  /** Shown by the client when it opens the channel. Secret. */
  readonly token: string
  readonly startedAt: number
  readonly isEnded?: true
}
