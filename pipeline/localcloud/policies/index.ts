// The policy language of IAM: documents are read whole or refused, and asked what they allow. Pure.

export { contextOf, type Facts } from './context.ts'
export { type PolicyDocument, type PolicyKind, parsePolicy } from './document.ts'
export { ruling } from './evaluate.ts'
export { PolicyFlaw } from './flaw.ts'
export { accountRoot } from './principal.ts'
