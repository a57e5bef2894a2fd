// Telling people: one message for every way it may travel.

export interface Message {
  /**
   * `failure`: broken, and stays so until someone acts; `action`: someone must decide or know; `recovery`: what was told as
   * broken is over; `info`: nobody need do anything.
   */
  readonly level: 'failure' | 'action' | 'recovery' | 'info'
  /** The same for a message however often it is sent: the hash of the ledger's record it tells of. */
  readonly id: string
  /** What happened: one line, no full stop. */
  readonly headline: string
  /** What that means, in a sentence or two. */
  readonly meaning: string
  /** What to do, with the command where there is one; empty when there is nothing to do. */
  readonly action: string
  /** Where the evidence is: the ledger's record, the folder of reports and logs. */
  readonly evidence: readonly string[]
  readonly release: string
  readonly family: string
  /** Undefined when it is about the whole release. */
  readonly stage: string | undefined
  /** `eu-central-1/web in prod`. */
  readonly group: string | undefined
  /** Messages of one key belong to one thread, and to one ticket. */
  readonly key: string
  /** ISO 8601 wall time of the event. */
  readonly at: string
}

export interface Notifier {
  /** Returns at once and never throws: a message that can't be sent is reported on standard error. */
  send(message: Message): void
  /** Until everything is sent or given up, which takes seconds. Never rejects. */
  settle(): Promise<void>
}
