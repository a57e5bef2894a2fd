// The local cloud: an AWS endpoint on this machine whose instances are real Linux machines, or simulated ones.

export { askAdmin, type CloudAccess, processOf, readAccess } from './access.ts'
export type { AdminAction, AdminInput, AdminOutputs, CloudStatus } from './admin.ts'
export { type DaemonOptions, runLocalCloud } from './daemon.ts'
export {
  defaultHomeAccount,
  type LocalCloud,
  type LocalCloudOptions,
  openLocalCloud,
  type RootCredentials,
  startLocalCloud,
} from './local-cloud.ts'
export { createSimulatedMachines, type SimulatedMachines, type SimulatedOptions, type Trouble } from './machines/simulated.ts'
export type { GuestHandler } from './metadata/serve.ts'
export type { Origin, RequestHandler } from './server.ts'
export { type Base, type BaseOutcome, ensureBase } from './base/index.ts'
export { sweepLocalCloud } from './machines/sweep.ts'
