// Promotion: the image's copies and shares, the tests of each soak, and the people who must agree.

export { createApprovalRequest } from './approval.ts'
export { createCopy } from './copy.ts'
export { createDriftAsker } from './drift-question.ts'
export { createExposure } from './exposure.ts'
export { createHeadWitness, type HeadWitness } from './head-witness.ts'
export { createShare } from './share.ts'
export { createTests } from './tests.ts'
