// Systems Manager parameters, every version kept.

import type { Tags } from './tags.ts'

export interface Parameter {
  readonly name: string
  readonly type: 'String' | 'StringList' | 'SecureString'
  /** Absent: text. */
  readonly dataType?: 'aws:ec2:image'
  readonly keyId?: string
  readonly description?: string
  readonly versions: readonly {
    readonly number: number
    readonly value: string
    readonly modifiedAt: number
    readonly modifiedBy: string
  }[]
  readonly tags: Tags
}
