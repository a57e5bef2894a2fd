// The local cloud: an AWS endpoint on this machine whose instances are real Linux machines, or simulated ones.

export { askAdmin, type CloudAccess, processOf, readAccess } from './access.ts'
export type { AdminOutputs } from './admin.ts'
export type { AdminAction, AdminInput } from './admin-inputs.ts'
export { ensureBase } from './base/index.ts'
export type { CloudStatus } from './cloud-status.ts'
export { actionsTable, coveragePage } from './coverage.ts'
export { runLocalCloud } from './daemon.ts'
export { type LocalCloud, type LocalCloudOptions, startLocalCloud } from './local-cloud.ts'
export { createSimulatedMachines, type SimulatedMachines, type SimulatedOptions, type Trouble } from './machines/simulated.ts'
export { sweepLocalCloud } from './machines/sweep.ts'
export type { GuestHandler } from './metadata/serve.ts'
