// The operating system behind the ports: the only room that runs programs, touches files and reads the clock.

export { createExec } from './exec.ts'
export { createFiles } from './files.ts'
export { createHttpClient } from './http-client.ts'
export { createHttpProbe } from './http-probe.ts'
export { createHurriedClock } from './hurried-clock.ts'
export { createIdentityToken } from './identity-token.ts'
export { createMailer } from './mailer.ts'
export { createRandom } from './random.ts'
export { createRehearsalClock } from './rehearsal-clock.ts'
export { createSystemClock } from './system-clock.ts'
export { thisProcess } from './this-process.ts'
