// The ports: every effect drover has, as types only.

export type * from './bucket-protection.ts'
export type * from './clock.ts'
export type * from './cloud.ts'
export type * from './evidence-store.ts'
export type * from './exec.ts'
export type * from './files.ts'
export type * from './http-client.ts'
export type * from './http-probe.ts'
export type * from './ledger-store.ts'
export type * from './mailer.ts'
export type * from './notifier.ts'
export type * from './random.ts'
