// Takes out of a log what looks like a credential: nothing of the kind belongs there, so this is the second line of defence.

const secrets: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<=:\/\/)[^/\s@:]+:[^/\s@]+(?=@)/g,
  /(?<=(?:secret|password|passwd|token|authorization)["']?\s*[=:]\s*["']?)[^\s"',;]{8,}/gi,
]

export function scrub(text: string): string {
  return secrets.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, '[removed]'), text)
}
