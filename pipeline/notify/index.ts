// Telling people: what a message says, and the ways it is sent.

export { createWebhookCaller } from './call-webhook.ts'
export { messageOf } from './message.ts'
export { createNotifier } from './notifier.ts'
export { createPrinter } from './print.ts'
export { createSecrets } from './secrets.ts'
export { createSenders } from './senders/index.ts'
export { testMessage, testSenders } from './test-senders.ts'
