// Where evidence is kept beside the ledger: contents by their SHA-256, each stored once.

export interface EvidenceStore {
  /** For messages: what the contents lie under. */
  readonly location: string
  /**
   * Returns once the file's content is kept for good. `altered`: what is in the file, or is already kept under that digest, is
   * something else.
   */
  keep(file: string, sha256: string): Promise<'kept' | 'missing' | 'altered'>
  /** Writes what is kept under the digest into the file, which stays as it was unless it is `fetched`. */
  fetch(sha256: string, file: string): Promise<'fetched' | 'missing' | 'altered'>
}
