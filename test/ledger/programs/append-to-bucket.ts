// One of several runners that append to the same ledger in a bucket: an S3 endpoint, a prefix, a name, a number of events.

import { createS3Store } from '../../../pipeline/aws/index.ts'
import { createLedger } from '../../../pipeline/ledger/index.ts'
import { createRandom, createSystemClock } from '../../../pipeline/system/index.ts'
import { credentials, region } from '../s3-server.ts'
import { anEntry } from '../support.ts'

const [endpoint, prefix, runner, wanted] = process.argv.slice(2) as [string, string, string, string]
const clock = createSystemClock()
const store = createS3Store({
  ...{ bucket: 'acme-ledger', prefix, region, endpoint, credentials },
  // Pauses are to be many, not long.
  clock: { ...clock, pause: (ms) => clock.pause(ms / 20) },
  random: createRandom(),
  // Less than the proxy delays.
  requestHandler: { requestTimeout: 700, throwOnRequestTimeout: true },
})
const ledger = createLedger(store)
for (let appended = 0; appended < Number(wanted); ) {
  const head = (await ledger.read()).at(-1)
  const record = await ledger.append(head, { ...anEntry({ type: 'bake.intended', token: `${runner}-${appended}` }), runner })
  if (record === undefined) continue
  appended += 1
  console.log(JSON.stringify({ sequence: record.sequence, hash: record.hash }))
}
