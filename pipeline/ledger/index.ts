// The ledger: every event of every release, in one chain that shows when any of it was changed.

export type { LedgerStore } from '../ports/index.ts'
export { bringEvidence, keepEvidence } from './evidence.ts'
export { createEvidenceFolder } from './evidence-folder.ts'
export { createFileStore } from './file-store.ts'
export { formatHead, type KnownHead, parseHead } from './known-head.ts'
export { createLedger, type Ledger, type LedgerEntry, type LedgerVerdict } from './ledger.ts'
export { judgeProtection, type ProtectionFindings, type UsedBucket } from './protection.ts'
