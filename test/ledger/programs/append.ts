// One of several runners that append to the same ledger as fast as they can: a folder, a name, a number of events.

import { createFileStore, createLedger } from '../../../pipeline/ledger/index.ts'
import { createFiles } from '../../../pipeline/system/index.ts'
import { anEntry } from '../support.ts'

const [folder, runner, wanted] = process.argv.slice(2) as [string, string, string]
const ledger = createLedger(createFileStore(createFiles(), folder))
let lost = 0
for (let appended = 0; appended < Number(wanted); ) {
  const head = (await ledger.read()).at(-1)
  const record = await ledger.append(head, { ...anEntry({ type: 'bake.intended', token: `${runner}-${appended}` }), runner })
  if (record === undefined) lost += 1
  else appended += 1
}
console.log(lost)
