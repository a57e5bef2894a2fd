// A limit of a policy, and the time that a release would gain without it.

export interface Lever {
  /** `the soak in staging (10m)`. */
  readonly limit: string
  readonly buysMs: number
}
