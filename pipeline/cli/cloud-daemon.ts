// The local cloud's process: `cloud-daemon.ts STATE_DIRECTORY`, told the rest by a file there; ends in order on a signal.

import { assert } from '../kernel/index.ts'
import { runLocalCloud } from '../localcloud/index.ts'
import { createExec, createFiles, createRandom, createSystemClock } from '../system/index.ts'
import { readOptions } from './cloud-options.ts'
import { serveFolder } from './serve-folder.ts'
import { readTools } from './tools.ts'

const files = createFiles()
const clock = createSystemClock()
const stateDirectory = process.argv[2] ?? ''
const options = await readOptions(files, stateDirectory)
assert(options, `${stateDirectory} says nothing of a cloud`)

const ending = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => ending.abort())

await runLocalCloud({
  exec: createExec(),
  files,
  clock,
  random: createRandom(),
  id: options.id,
  stateDirectory,
  cacheDirectory: `${options.cacheDirectory}/packages`,
  emulator: (await readTools(files, options.cacheDirectory)).qemu,
  hosts: new Map(Object.entries(options.hosts).map(([name, folder]) => [name, serveFolder(files, folder)])),
  log: (line) => void process.stderr.write(`${new Date(clock.wallNow()).toISOString()} ${line}\n`),
  signal: ending.signal,
})
process.exit(0)
