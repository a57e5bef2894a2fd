// What a group launches from, as it is written: a template, alone or in a mixed-instances policy with its overrides, or a launch configuration.

import type {
  InstancesDistribution,
  LaunchTemplateOverrides,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling'
import type { LaunchOverride, LaunchSource, TemplateSource } from '../../store/group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { versionOf } from '../../store/template-versions.ts'
import { type ApiFault, unsupported } from '../../wire/fault.ts'
import { vcpusOf } from '../ec2/instance-types.ts'
import { validation } from './group-input.ts'

/** Undefined when the input names none. */
export function launchSource(
  draft: Draft,
  place: PlaceKey,
  input: {
    LaunchConfigurationName?: string | undefined
    LaunchTemplate?: LaunchTemplateSpecification | undefined
    MixedInstancesPolicy?: MixedInstancesPolicy | undefined
  },
): LaunchSource | undefined {
  const { LaunchConfigurationName: configuration } = input
  const given = [configuration, input.LaunchTemplate, input.MixedInstancesPolicy].filter((one) => one !== undefined)
  if (given.length > 1) {
    throw validation(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    )
  }
  if (configuration !== undefined) {
    if (draft.get(place, 'launchConfigurations', configuration) !== undefined) return { configuration }
    throw validation(`Launch configuration name not found - Launch configuration ${configuration} not found`)
  }
  const distribution = distributionOf(input.MixedInstancesPolicy?.InstancesDistribution)
  const mixed = input.MixedInstancesPolicy?.LaunchTemplate
  const written = input.LaunchTemplate ?? mixed?.LaunchTemplateSpecification
  // No page says what a policy that leaves the template out keeps of the group's own.
  if (written === undefined && input.MixedInstancesPolicy !== undefined)
    throw unsupported('a MixedInstancesPolicy without LaunchTemplate.LaunchTemplateSpecification')
  if (written === undefined) return undefined
  const { id, name, version } = templateNamed(draft, place, written)
  const source = { templateId: id, templateName: name, version, isMixed: mixed !== undefined, ...distribution }
  const overrides = (mixed?.Overrides ?? []).map((override) => launchOverride(draft, place, override))
  return overrides.length === 0 ? source : { ...source, overrides }
}

/** The template and the version as it is written, which is there. */
function templateNamed(
  draft: Draft,
  place: PlaceKey,
  written: LaunchTemplateSpecification,
): NonNullable<LaunchOverride['template']> {
  const { LaunchTemplateId: id, LaunchTemplateName: name } = written
  if ((id === undefined) === (name === undefined)) {
    throw validation('Valid requests must contain either launchTemplateId or LaunchTemplateName')
  }
  const template = draft.rows(place, 'launchTemplates').find((row) => row.id === id || row.name === name)
  if (template === undefined)
    throw validation('You must use a valid fully-formed launch template. The specified launch template does not exist.')
  const version = written.Version ?? '$Default'
  if (versionOf(draft, place, template, version) !== undefined) return { id: template.id, name: template.name, version }
  throw validation(
    `You must use a valid fully-formed launch template. Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
  )
}

function launchOverride(draft: Draft, place: PlaceKey, written: LaunchTemplateOverrides): LaunchOverride {
  const { InstanceType: instanceType, ImageId: imageId, LaunchTemplateSpecification: specification } = written
  if (written.InstanceRequirements !== undefined)
    throw unsupported('MixedInstancesPolicy.LaunchTemplate.Overrides.InstanceRequirements')
  if (written.WeightedCapacity !== undefined && written.WeightedCapacity !== '1')
    throw unsupported('MixedInstancesPolicy.LaunchTemplate.Overrides.WeightedCapacity (other than 1)')
  if (instanceType !== undefined && vcpusOf(instanceType) === undefined)
    throw validation(
      `You must use a valid fully-formed launch template. The requested instance type ${instanceType} is not supported.`,
    )
  return {
    ...(instanceType === undefined ? {} : { instanceType }),
    ...(imageId === undefined ? {} : { imageId }),
    ...(specification === undefined ? {} : { template: templateNamed(draft, place, specification) }),
  }
}

const spotStrategies = ['capacity-optimized', 'capacity-optimized-prioritized', 'lowest-price', 'price-capacity-optimized']

/** There is no spot market here: whatever would draw on it is refused, and the rest is kept, as it says how what is on demand is divided. */
function distributionOf(written: InstancesDistribution | undefined): Pick<TemplateSource, 'distribution'> {
  if (written === undefined) return {}
  const { OnDemandBaseCapacity: onDemandBase, SpotAllocationStrategy: spotStrategy, SpotInstancePools: spotPools } = written
  const percentage = written.OnDemandPercentageAboveBaseCapacity ?? 100
  if (percentage !== 100) throw unsupportedDistribution(`OnDemandPercentageAboveBaseCapacity=${percentage}`)
  const strategy = written.OnDemandAllocationStrategy ?? 'prioritized'
  if (strategy !== 'prioritized') throw unsupportedDistribution(`OnDemandAllocationStrategy=${strategy}`)
  if (written.SpotMaxPrice) throw unsupportedDistribution('SpotMaxPrice')
  if (written.DistributionSegments !== undefined) throw unsupportedDistribution('DistributionSegments')
  if (onDemandBase !== undefined && onDemandBase < 0) throw validation('OnDemandBaseCapacity must not be negative.')
  if (spotStrategy !== undefined && !spotStrategies.includes(spotStrategy))
    throw validation(`SpotAllocationStrategy must be one of ${spotStrategies.join(', ')}.`)
  if (spotPools !== undefined) checkPools(spotPools, spotStrategy ?? 'lowest-price')
  return {
    distribution: {
      ...(onDemandBase === undefined ? {} : { onDemandBase }),
      ...(spotStrategy === undefined ? {} : { spotStrategy }),
      ...(spotPools === undefined ? {} : { spotPools }),
    },
  }
}

/** "Valid only when the SpotAllocationStrategy is lowest-price. Value must be in the range of 1-20" [doc: InstancesDistribution]. */
function checkPools(pools: number, strategy: string): void {
  if (strategy !== 'lowest-price')
    throw validation(`SpotInstancePools cannot be specified with SpotAllocationStrategy=${strategy}.`)
  if (pools < 1 || pools > 20) throw validation('SpotInstancePools must be between 1 and 20.')
}

function unsupportedDistribution(member: string): ApiFault {
  return unsupported(`MixedInstancesPolicy.InstancesDistribution.${member}`)
}
