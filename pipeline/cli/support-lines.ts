// What is to be said of the support of the Kubernetes that families' nodes run, each in a line. Pure.

import { type Config, kubernetesSupport } from '../config/index.ts'

export interface FamilySupport {
  readonly family: string
  readonly kubernetes: string
  /** Both kinds of support are over. */
  readonly ended: boolean
  readonly line: string
}

/** Only where there is something to say at that wall time. */
export function supportOf({ families }: Config, now: number): readonly FamilySupport[] {
  return families.flatMap(({ name, node }) => {
    const support = node && kubernetesSupport(node, now)
    return node && support ? [{ family: name, kubernetes: node.kubernetes, ...support }] : []
  })
}

export function supportLines(supports: readonly FamilySupport[]): readonly string[] {
  return supports.map(({ family, line }) => `${family}: ${line}`)
}
