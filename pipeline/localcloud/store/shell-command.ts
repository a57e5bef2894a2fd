// Commands sent to machines through Systems Manager, one invocation an instance.

export type InvocationStatus = 'Pending' | 'InProgress' | 'Success' | 'Failed' | 'TimedOut' | 'Cancelled'

export interface ShellCommand {
  readonly id: string
  readonly comment: string
  readonly documentName: string
  readonly parameters: Readonly<Record<string, readonly string[]>>
  readonly script: string
  readonly timeoutMs: number
  readonly requestedAt: number
  readonly expiresAt: number
  readonly invocations: readonly Invocation[]
}

export interface Invocation {
  readonly instanceId: string
  readonly status: InvocationStatus
  readonly exitCode?: number
  readonly stdout: string
  readonly stderr: string
  readonly startedAt?: number
  readonly endedAt?: number
}
