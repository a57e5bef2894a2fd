// Writes the page on what the local cloud covers, and the list of actions in docs/local-cloud.md: npx tsx scripts/coverage.ts

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { echo } from 'zx'
import { actionsTable, coveragePage } from '../pipeline/localcloud/index.ts'

const inDocs = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url))
const page = coveragePage()
await writeFile(inDocs('local-cloud-actions.md'), page)
const overview = await readFile(inDocs('local-cloud.md'), 'utf8')
const listed = /(?<=<!-- actions -->\n).*(?=<!-- \/actions -->)/s
await writeFile(inDocs('local-cloud.md'), overview.replace(listed, actionsTable()))
echo(`docs/local-cloud-actions.md: ${(Buffer.byteLength(page) / 1024).toFixed(1)} KiB`)
