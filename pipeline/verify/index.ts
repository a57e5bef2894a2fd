// Verification: a finished image proven on fresh machines, and the verdict that gates.

export { bootTimeProbe } from './boot-time.ts'
export { onFreshMachine } from './fresh-machine.ts'
export { execTo, type SshTarget } from './ssh.ts'
export { createVerify } from './verify.ts'
