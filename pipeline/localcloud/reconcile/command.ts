// What the reconciler asks of machines, and how what came of it is written back.

import type {
  FirewallRules,
  GuestCommandOutcome,
  HealthQuestion,
  HealthSeen,
  MachineOutcome,
  MachineSpec,
} from '../machines/types.ts'
import type { PlaceKey } from '../store/state.ts'

interface OnInstance {
  readonly place: PlaceKey
  readonly instanceId: string
}

export type MachineCommand =
  | (OnInstance & { readonly kind: 'start'; readonly spec: () => MachineSpec; readonly firewall: string })
  | (OnInstance & { readonly kind: 'reboot'; readonly spec: () => MachineSpec; readonly firewall: string })
  | (OnInstance & { readonly kind: 'stop' })
  | (OnInstance & { readonly kind: 'kill' })
  | (OnInstance & { readonly kind: 'destroy' })
  | (OnInstance & { readonly kind: 'probe' })
  | (OnInstance & { readonly kind: 'set-firewall'; readonly rules: FirewallRules; readonly firewall: string })
  | (OnInstance & { readonly kind: 'capture'; readonly imageId: string; readonly layerId: string })
  | (OnInstance & {
      readonly kind: 'run-script'
      readonly commandId: string
      readonly script: string
      readonly timeoutMs: number
    })
  | (OnInstance & {
      readonly kind: 'check-target'
      /** ARN, and the port under which the instance is registered there. */
      readonly targetGroup: string
      readonly port: number
      readonly question: HealthQuestion
    })
  | { readonly kind: 'remove-layer'; readonly layerId: string }

/** What came of a command, by its kind. */
export type MachineResult =
  | { readonly kind: 'done'; readonly outcome: MachineOutcome }
  | { readonly kind: 'probed'; readonly answers: boolean }
  | { readonly kind: 'checked'; readonly seen: HealthSeen }
  | { readonly kind: 'ran'; readonly outcome: GuestCommandOutcome }

/** Two commands of one key are the same work: while one is under way the other is not begun. A machine does one thing at a time; scripts and health checks run side by side. */
export function commandKey(command: MachineCommand): string {
  if (command.kind === 'remove-layer') return `layer ${command.layerId}`
  if (command.kind === 'run-script') return `script ${command.commandId} ${command.instanceId}`
  if (command.kind === 'check-target') return `check ${command.targetGroup} ${command.port} ${command.instanceId}`
  return `machine ${command.instanceId}`
}
