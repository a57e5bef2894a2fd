// The ledger's newest hash in the CI run's own summary: whoever cuts the ledger's end off does not reach it there.

import { appendFile } from 'node:fs/promises'
import type { Drover } from '../../pipeline/index.ts'

/** Also printed, for schedulers whose log is all they keep. Nothing for an empty ledger. */
export async function publishHead(
  drover: Pick<Drover, 'ledgerHead'>,
  echo: (line: string) => void,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<void> {
  const head = await drover.ledgerHead()
  if (head === undefined) return
  echo(`ledger head ${head}`)
  const { GITHUB_STEP_SUMMARY: summary } = environment
  if (summary) await appendFile(summary, `\nLedger head: \`${head}\` (\`drover ledger verify --expect-head ${head}\`)\n`)
}
