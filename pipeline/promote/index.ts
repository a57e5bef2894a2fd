// Promotion: the image's copies and shares, and the tests of each soak.

export { createCopy } from './copy.ts'
export { createDriftAsker } from './drift-question.ts'
export { createExposure } from './exposure.ts'
export { createHeadWitness, type HeadWitness } from './head-witness.ts'
export { type CopyOutlook, planCopies } from './plan-copies.ts'
export { createShare } from './share.ts'
export { createTests } from './tests.ts'
