// Whether a parameter that is to be written is there, and holds what a roll could go back to.

import type { ImageParameter } from '../ports/index.ts'
import type { Check, Refusal } from './check.ts'

/** It must hold what AWS knows for an image: then it refuses one that is not there, or not shared, when it is written. */
export function noImageHeld(group: string, parameter: string, held: ImageParameter | undefined): Refusal | undefined {
  const make = `aws ssm put-parameter --name NAME --type String --data-type aws:ec2:image --value ami-…`
  if (held === undefined) {
    const cause = `there is no parameter ${parameter} in the account and region of ${group}`
    return { cause, hint: `Make it with the image that runs: ${make.replace('NAME', parameter)}` }
  }
  if (held.dataType !== 'aws:ec2:image') {
    const cause = `the parameter ${parameter} is ${held.dataType}, so that AWS would take anything for an image`
    return {
      cause,
      hint: `Its data type cannot be changed: make another, and let drover.yaml and what launches name that: ${make}`,
    }
  }
  if (/^ami-[0-9a-f]+$/.test(held.value)) return undefined
  return {
    cause: `the parameter ${parameter} holds ${held.value}, which is no image to go back to`,
    hint: 'Write the image that runs.',
  }
}

/** Whether the EC2NodeClass names it stands in the cluster, and is not asked. */
export const heldParameter: Check = ({ name }, { parameter }, { target }) =>
  target.parameter === undefined ? undefined : noImageHeld(name, target.parameter, parameter)
