// `npm run bench -- NAME [--json]`: measures ours against a peer in the same run; times of a shared machine mean nothing, ratios do.

import { parseArgs } from 'node:util'
import { hardeningBench } from './hardening.ts'
import { localcloudBench } from './localcloud.ts'
import { machinesBench } from './machines.ts'
import { type Bench, renderJsonLines, renderTable } from './rows.ts'

const benches: Readonly<Record<string, Bench>> = {
  hardening: hardeningBench,
  localcloud: localcloudBench,
  machines: machinesBench,
}

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean' } }, allowPositionals: true })
const name = positionals[0] ?? ''
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
if (bench === undefined) {
  process.stderr.write(`npm run bench -- NAME [--json]; NAME is one of: ${Object.keys(benches).join(', ')}\n`)
  process.exit(2)
}
const measured = await bench((line) => process.stderr.write(`bench: ${line}\n`))
process.stdout.write(values.json ? renderJsonLines(name, measured) : renderTable(name, measured))
