// The launch template of a node group: what the caller's may say, and the copy of it that EKS makes for itself.

import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { LaunchTemplateSpecification } from '@aws-sdk/client-eks'
import type { Group } from '../../store/group.ts'
import type { Cluster, NodeGroup, TemplateVersionName } from '../../store/node-group.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { versionOf } from '../../store/template-versions.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { invalid } from './find.ts'

export interface NodeTemplate {
  /** As the caller means it: a number, whatever was written. */
  readonly source: TemplateVersionName
  readonly data: RequestLaunchTemplateData
  readonly imageId: string
}

/** "If no version is specified, then the template's default version is used" [doc: eks/API_LaunchTemplateSpecification]. */
export function nodeTemplate(draft: Draft, place: PlaceKey, written: LaunchTemplateSpecification): NodeTemplate {
  const { id, name } = written
  if ((id === undefined) === (name === undefined))
    throw invalid('Either provide launch template ID or launch template name in the request.')
  const template = draft.rows(place, 'launchTemplates').find((row) => row.id === id || row.name === name)
  const version = template === undefined ? undefined : versionOf(draft, place, template, written.version)
  if (template === undefined || version === undefined)
    throw new ApiFault('InvalidRequestException', `Launch template ${id ?? name} with version ${written.version} was not found.`)
  const { data } = version
  refuseProhibited(data)
  // An image of EKS's own comes with its release; none is published here.
  if (data.ImageId === undefined) throw unsupported('a node group whose launch template names no image (EKS optimized AMIs)')
  return { source: { id: template.id, name: template.name, version: version.number }, data, imageId: data.ImageId }
}

/** "Launch template: prohibited" [doc: eks/launch-templates#launch-template-basics]; how each is refused no page says [inferred]. */
function refuseProhibited(data: RequestLaunchTemplateData): void {
  const prohibited: readonly (readonly [string, boolean])[] = [
    ['a subnet', data.NetworkInterfaces?.some(({ SubnetId: subnet }) => subnet !== undefined) ?? false],
    ['an IAM instance profile', data.IamInstanceProfile !== undefined],
    ['a shutdown behavior', data.InstanceInitiatedShutdownBehavior !== undefined],
    ['hibernation', data.HibernationOptions !== undefined],
  ]
  const [found] = prohibited.find(([, isThere]) => isThere) ?? []
  if (found !== undefined)
    throw new ApiFault('InvalidRequestException', `Launch template for a node group should not contain ${found}.`)
}

/** "If you specify an instance type in your launch template and specify any instanceTypes, the node group deployment will fail" [model]. */
export function refuseTypesTwice(types: readonly string[], { data }: NodeTemplate): void {
  if (types.length > 0 && data.InstanceType !== undefined)
    throw invalid('Instance types cannot be specified in both the launch template and the node group configuration.')
}

/** What EKS's own copy says: the caller's data, the node role's profile, and the cluster's security group where none is named. */
export function ownData(
  { data }: Pick<NodeTemplate, 'data'>,
  cluster: Cluster,
  { instanceProfile }: Pick<NodeGroup, 'instanceProfile'>,
): RequestLaunchTemplateData {
  const [networkInterface, ...others] = data.NetworkInterfaces ?? []
  const groups = [cluster.clusterSecurityGroupId]
  const profile = { IamInstanceProfile: { Name: instanceProfile } }
  if (networkInterface === undefined)
    return data.SecurityGroupIds?.length || data.SecurityGroups?.length
      ? { ...data, ...profile }
      : { ...data, SecurityGroupIds: groups, ...profile }
  const filled = networkInterface.Groups?.length ? networkInterface : { ...networkInterface, Groups: groups }
  return { ...data, NetworkInterfaces: [filled, ...others], ...profile }
}

/** None where the template names its own; `t3.medium` "is used, by default" [doc: eks/launch-templates]. */
export function nodeTypes(types: readonly string[], data: RequestLaunchTemplateData): readonly string[] {
  if (data.InstanceType !== undefined) return []
  return types.length > 0 ? types : ['t3.medium']
}

/** The group's launch: always a mixed-instances policy. */
export function nodeLaunch(own: TemplateVersionName, types: readonly string[], data: RequestLaunchTemplateData): Group['launch'] {
  const source = { templateId: own.id, templateName: own.name, version: String(own.version), isMixed: true }
  const overrides = nodeTypes(types, data).map((instanceType) => ({ instanceType }))
  return overrides.length === 0 ? source : { ...source, overrides }
}
