// A runner that waits for a program, having printed the program's pid.

import { createExec } from '../../../pipeline/system/index.ts'

await createExec().run({ argv: ['sh', '-c', 'echo $$; sleep 300'], onLine: (line) => console.log(line) })
