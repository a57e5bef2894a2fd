// Tells of every call of an SDK client: what was asked, what was answered, and how long it took.

import type { ApiCall } from '../ports/index.ts'
import { codeOf, type Thrown } from './failure.ts'

/** What is needed of a client, whatever its service. */
export interface RecordableClient {
  readonly middlewareStack: { add(middleware: never, options: { step: 'initialize'; name: string; priority: 'high' }): void }
}

type Next = (given: Given) => Promise<Answered>

interface Given {
  readonly input: object
}

interface Answered {
  readonly output: { readonly $metadata?: { readonly httpStatusCode?: number } }
}

interface CallContext {
  readonly clientName?: string
  readonly commandName?: string
}

/** Outermost of the client's middleware, so that parameters are as they were given and the answer as the caller gets it. */
export function recordCalls(client: RecordableClient, onCall: (call: ApiCall) => void): void {
  const middleware = (next: Next, context: CallContext) => async (given: Given) => {
    const begunAt = performance.now()
    const asked = {
      service: (context.clientName ?? '').replace(/Client$/, ''),
      action: (context.commandName ?? '').replace(/Command$/, ''),
      parameters: given.input,
    }
    try {
      const answered = await next(given)
      const { $metadata, ...answer } = answered.output
      onCall({ ...asked, answer, ...statusOf($metadata), tookMs: performance.now() - begunAt })
      return answered
    } catch (error) {
      const thrown = (error ?? {}) as Thrown
      const errorCode = codeOf(thrown)
      onCall({ ...asked, answer: undefined, errorCode, ...statusOf(thrown.$metadata), tookMs: performance.now() - begunAt })
      throw error
    }
  }
  client.middlewareStack.add(middleware as never, { step: 'initialize', name: 'droverCallRecorder', priority: 'high' })
}

function statusOf(metadata: { readonly httpStatusCode?: number } | undefined): Pick<ApiCall, 'status'> {
  return metadata?.httpStatusCode === undefined ? {} : { status: metadata.httpStatusCode }
}
