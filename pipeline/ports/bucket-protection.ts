// What a bucket does against whoever would overwrite or delete what is in it.

/** An answer; or none, and why in one sentence: the right to ask is missing, or the bucket can't be reached. */
export type Asked<State extends string> =
  | { readonly state: State }
  | { readonly state: 'denied' | 'unreached'; readonly message: string }

export interface BucketProtection {
  readonly bucket: string
  readonly versioning: Asked<'on' | 'off'>
  /** `without-retention`: what is written there is locked only if its writer says for how long, and drover doesn't. */
  readonly objectLock: Asked<'on' | 'without-retention' | 'off'>
}
