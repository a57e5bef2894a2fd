// What is wrong with a policy document, in IAM's words.

/** Thrown while a document is read; whoever stores it answers `MalformedPolicyDocument`. */
export class PolicyFlaw extends Error {}
