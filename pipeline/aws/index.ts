// The adapter for AWS: the only room that knows the SDK.

export { type CloudOptions, createCloud } from './create-cloud.ts'
export { createS3Store, type S3StoreOptions } from './s3-store.ts'
export { createWorldBuilder } from './world-builder.ts'
