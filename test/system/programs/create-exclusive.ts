// One of several that try to create the same file (the argument) when told to go; prints its pid if it was the one.

import { createFiles } from '../../../pipeline/system/index.ts'

process.stdin.once('data', async () => {
  const made = await createFiles().createExclusive(process.argv[2] as string, String(process.pid))
  console.log(made ? process.pid : 'lost')
  process.exit()
})
console.log('ready')
