// The values of the template's variables, and the names and tags a bake's things are found by.

import type { Architecture, Tags } from '../ports/index.ts'
import type { BakeRequest } from './bake-request.ts'

export interface TemplateVariables {
  readonly region: string
  readonly source_ami: string
  readonly root_device: string
  readonly instance_type: string
  readonly subnet_id: string | null
  readonly reach: 'private' | 'public' | 'ssm'
  readonly source_cidrs: readonly string[]
  readonly instance_profile: string | null
  readonly kms_key_id: string | null
  readonly ssh_username: string
  readonly image_name: string
  readonly image_description: string
  readonly bake_tags: Tags
  readonly image_tags: Tags
  readonly poll_seconds: number
}

export function planVariables({ family, images, release, base, ...request }: BakeRequest): TemplateVariables {
  const tags = { ...images.tags, ...bakeTags(request.token, base.architecture) }
  const named = { 'drover:release': release.id, 'drover:family': family.name }
  const name = imageName(release.id, base.architecture)
  return {
    region: images.region,
    source_ami: base.imageId,
    root_device: request.rootDevice,
    instance_type: images.instanceType[base.architecture],
    subnet_id: images.subnetId ?? null,
    reach: images.reach,
    source_cidrs: images.runnerCidrs,
    instance_profile: images.instanceProfile ?? null,
    kms_key_id: images.kmsKeyIds[images.region] ?? null,
    ssh_username: family.login.user,
    image_name: name,
    image_description: `${family.name} ${release.id}, from ${base.name}`,
    bake_tags: { ...tags, ...named, 'drover:purpose': 'bake', Name: name },
    image_tags: {
      ...tags,
      ...named,
      'drover:purpose': 'image',
      'drover:base': base.imageId,
      'drover:config': release.configCommit,
      Name: name,
    },
    poll_seconds: request.pollSeconds,
  }
}

/** On the build machine, its volume, key pair and security group, on the image and on its snapshots. */
export function bakeTags(token: string, architecture: Architecture): Tags {
  return { 'drover:bake': token, 'drover:architecture': architecture }
}

export function imageName(releaseId: string, architecture: Architecture): string {
  return `drover-${releaseId}-${architecture.replace('_', '-')}`
}
