// Writes the page on what the local cloud covers: npx tsx scripts/coverage.ts

import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { echo } from 'zx'
import { coveragePage } from '../pipeline/localcloud/index.ts'

const page = coveragePage()
await writeFile(fileURLToPath(new URL('../docs/local-cloud-actions.md', import.meta.url)), page)
echo(`docs/local-cloud-actions.md: ${(Buffer.byteLength(page) / 1024).toFixed(1)} KiB`)
