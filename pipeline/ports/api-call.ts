// One call of the cloud's API as it was made and answered, for whoever keeps a trace of them.

/** Holds whatever was sent and answered, secrets included: nothing of it may be kept before it is sanitised. */
export interface ApiCall {
  /** `EC2`, `AutoScaling`. */
  readonly service: string
  /** `DescribeImages`. */
  readonly action: string
  readonly parameters: unknown
  /** Undefined when the call failed. */
  readonly answer: unknown
  /** AWS's own code, or the network's. */
  readonly errorCode?: string
  /** Of HTTP; absent when no answer came. */
  readonly status?: number
  /** By the machine's own clock. */
  readonly tookMs: number
}
