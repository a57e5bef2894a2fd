// A runner that starts a detached program (its log is the argument), prints it and lives on.

import { createExec } from '../../../pipeline/system/index.ts'

const program = await createExec().detach({ argv: ['sleep', '300'], logFile: process.argv[2] as string })
console.log(JSON.stringify(program))
setInterval(() => {}, 1_000)
