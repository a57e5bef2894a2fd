// The rehearsal: the user's own configuration, unchanged, against a cloud on this machine.

export { seed } from './seed.ts'
export { parseWorld, type World } from './world.ts'
