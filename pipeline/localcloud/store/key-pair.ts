// Key pairs: the public half only; the private half is answered once and forgotten.

import type { Tags } from './tags.ts'

export interface KeyPair {
  readonly id: string
  readonly name: string
  readonly type: 'rsa' | 'ed25519'
  readonly fingerprint: string
  /** One line of OpenSSH's authorized_keys. */
  readonly publicKey: string
  readonly createdAt: number
  readonly tags: Tags
}
