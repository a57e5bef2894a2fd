// What IAM and KMS must say: made from the configuration and from the actions the code calls.

export { checkKeys, type KeyOutlook } from './check-keys.ts'
export { type Rights, type Runner, rightsOf } from './rights.ts'
export { runnerSession } from './runner.ts'
export { selected } from './select.ts'
export { sessionTagsOf } from './session-tags.ts'
export { terraformJson } from './terraform.ts'
