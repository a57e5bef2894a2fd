// Telling people; one message model, many senders.

export interface Notice {
  readonly level: 'info' | 'warning' | 'failure'
  readonly release: string | undefined
  /** One sentence. */
  readonly text: string
}

export interface Notifier {
  /** Never throws: a message that cannot be sent is reported on standard error. */
  send(notice: Notice): Promise<void>
}
