// Where a ledger's records are kept: named objects, each written once and never again.

export interface LedgerStore {
  /** For messages: the folder, or `s3://bucket/prefix`. */
  readonly location: string
  /** Writes the whole object, durably, only if there is none of that key; of many writers at once exactly one is told `written`. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<'written' | 'exists'>
  get(key: string): Promise<Uint8Array | undefined>
  /** Every key, sorted. */
  list(): Promise<readonly string[]>
}
