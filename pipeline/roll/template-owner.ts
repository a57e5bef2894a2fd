// What else writes a group and its template: its next apply may put the old image back.

import type { Tags } from '../ports/index.ts'

export interface TemplateOwner {
  readonly kind: 'CloudFormation' | 'Terraform'
  /** The stack's name, or the tag that says it. */
  readonly by: string
}

/** CloudFormation tags what it makes itself; of Terraform only a habit tells: `ManagedBy = terraform` in its usual spellings. */
export function templateOwner(tags: Tags): TemplateOwner | undefined {
  const stack = tags['aws:cloudformation:stack-name']
  if (stack !== undefined) return { kind: 'CloudFormation', by: stack }
  const tag = Object.entries(tags).find(
    ([key, value]) => /^(managed|created|provisioned)[-_ ]?by$|^iac$/i.test(key) && /^(terraform|opentofu)\b/i.test(value),
  )
  return tag && { kind: 'Terraform', by: `${tag[0]} = ${tag[1]}` }
}
