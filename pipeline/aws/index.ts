// The adapter for AWS: the only room that knows the SDK.

export { type CloudVerb, calls, ledgerCalls, type Right, rightsFor, rightsOfVerbs, sessionCalls } from './actions.ts'
export { type CloudOptions, createCloud } from './create-cloud.ts'
export { runnerCredentials } from './runner-credentials.ts'
export type { S3Place } from './s3-bucket.ts'
export { createS3Evidence } from './s3-evidence.ts'
export { type ProtectionWish, readBucketProtection } from './s3-protection.ts'
export { createS3Store } from './s3-store.ts'
export { createWorldBuilder } from './world-builder.ts'
export { createWorldRemover } from './world-remover.ts'
