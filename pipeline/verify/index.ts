// Verification: a finished image proven on fresh machines, and the verdict that gates.

export { createVerify, type VerifyContext } from './verify.ts'
