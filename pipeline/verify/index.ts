// Verification: a finished image proven on fresh machines, and the verdict that gates.

export { createVerify } from './verify.ts'
