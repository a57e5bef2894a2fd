// Checks of the group as it stands: would a roll of it work, and could it be taken back?

import type { GroupState, ImageParameter } from '../ports/index.ts'
import type { PreflightFacts, Refusal, RollOrder } from './check.ts'
import { noImageHeld } from './held-parameter.ts'

export function launchSource(
  { name, launchSource: source }: GroupState,
  { template }: PreflightFacts,
  { stage, target }: RollOrder,
): Refusal | undefined {
  if (source.kind === 'launch-configuration') {
    return {
      cause: `${name} launches from the launch configuration ${source.name}, which has no versions to roll to or back to`,
      hint: `Move the group to a launch template first: drover migrate ${target.region}/${name} --stage ${stage.name}`,
    }
  }
  if (source.kind === 'none') {
    return {
      cause: `${name} has neither a launch template nor a launch configuration`,
      hint: 'Give the group a launch template.',
    }
  }
  if (!/^\d+$/.test(source.version)) {
    return {
      cause: `${name} launches from version ${source.version} of its template, and AWS cannot roll back to a version that moves`,
      hint: pinning(name, source, template?.version),
    }
  }
  if (template !== undefined) return undefined
  return {
    cause: `${name} launches from version ${source.version} of ${source.templateId}, which does not exist`,
    hint: 'Save the group with a version that exists.',
  }
}

function pinning(
  group: string,
  source: { readonly kind: string; readonly templateId: string },
  version: number | undefined,
): string {
  const number = version ?? 'N'
  if (source.kind === 'mixed') return `Save the group's mixed instances policy with version ${number} of ${source.templateId}.`
  const template = `--launch-template LaunchTemplateId=${source.templateId},Version=${number}`
  return `Pin it: aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${group} ${template}`
}

export function templateImage({ name }: GroupState, facts: PreflightFacts, { target }: RollOrder): Refusal | undefined {
  const { template } = facts
  if (template === undefined) return undefined
  if (target.parameter !== undefined) return namedParameter(name, target.parameter, template.imageId, facts.parameter)
  const hint = 'Save the group with a template version that names a literal image ID.'
  if (template.imageId === undefined) return { cause: `the template of ${name} names no image to go back to`, hint }
  if (/^ami-[0-9a-f]+$/.test(template.imageId)) return undefined
  return {
    cause: `the template of ${name} names its image by an alias (${template.imageId}), which AWS cannot roll back to`,
    hint,
  }
}

/** A stage's volumes carry the key of the stage where its templates say so: EC2 encrypts them anew at launch [doc: ebs-encryption]. */
export function volumeKeys({ name }: GroupState, { volumeKeys: keys, template }: PreflightFacts): Refusal | undefined {
  if (keys === undefined || template === undefined) return undefined
  const { wanted, named } = keys
  const other = named.find((key) => key !== wanted)
  if (named.length > 0 && named.every((key) => key === wanted)) return undefined
  const version = `version ${template.version} of ${template.templateName}`
  const what = named.length === 0 ? 'names no volume' : `encrypts a volume with ${other ?? "the image's own key"}`
  return {
    cause: `${version}, which ${name} launches from, ${what}: its stage demands ${wanted}`,
    hint: `Name the key in a version of the template: BlockDeviceMappings, each with Ebs: { Encrypted: true, KmsKeyId: ${wanted} }.`,
  }
}

/** The parameter is the template's image, is there to be gone back to, and holds what AWS knows for an image. */
function namedParameter(
  group: string,
  parameter: string,
  written: string | undefined,
  held: ImageParameter | undefined,
): Refusal | undefined {
  const alias = `resolve:ssm:${parameter}`
  if (written !== alias) {
    const named = written === undefined ? 'no image' : `its image as ${written}`
    const hint = `Let the template say ImageId: ${alias}, without a version behind it, or the wave name no parameter.`
    return { cause: `the template of ${group} names ${named}, so that writing ${parameter} would not move it`, hint }
  }
  return noImageHeld(group, parameter, held)
}

export function overrides({ name, launchSource: source }: GroupState): readonly Refusal[] {
  if (source.kind !== 'mixed') return []
  const found: readonly (readonly [number, string])[] = [
    [source.overridesWithTemplate, 'name a launch template of their own'],
    [source.overridesWithImage, 'name an image of their own'],
  ]
  const stale = found
    .filter(([count]) => count > 0)
    .map(([count, what]) => ({
      cause: `${count} of the overrides of ${name} ${what}, so their instances would keep the old image`,
      hint: 'Take the image out of the overrides, or give them a group of their own.',
    }))
  if (source.overridesWithRequirements === 0) return stale
  const cause = `${name} selects its instances by attributes, for which AWS takes no desired configuration`
  return [...stale, { cause, hint: 'Name the instance types in the overrides instead.' }]
}

const neededProcesses = ['Launch', 'Terminate', 'HealthCheck', 'ReplaceUnhealthy', 'AddToLoadBalancer', 'InstanceRefresh']

export function suspended({ name, suspendedProcesses }: GroupState): Refusal | undefined {
  const missing = suspendedProcesses.filter((process) => neededProcesses.includes(process))
  if (missing.length === 0) return undefined
  return {
    cause: `${name} has ${missing.join(', ')} suspended, without which a roll hangs or leaves machines out of service`,
    hint: `Resume: aws autoscaling resume-processes --auto-scaling-group-name ${name} --scaling-processes ${missing.join(' ')}`,
  }
}

export function heldInstances({ name, instances }: GroupState): readonly Refusal[] {
  const guarded = instances.filter(({ protectedFromScaleIn }) => protectedFromScaleIn).map(({ id }) => id)
  const standby = instances.filter(({ lifecycle }) => /Standby$/.test(lifecycle)).map(({ id }) => id)
  const held: readonly (readonly [readonly string[], string, string])[] = [
    [guarded, 'protected from scale-in', 'Take the protection off, or replace these machines by hand.'],
    [standby, 'in standby', 'Put them back into service, or terminate them.'],
  ]
  return held
    .filter(([ids]) => ids.length > 0)
    .map(([ids, what, hint]) => ({
      cause: `${name} has machines ${what} (${ids.join(', ')}), for which AWS would wait an hour`,
      hint,
    }))
}
