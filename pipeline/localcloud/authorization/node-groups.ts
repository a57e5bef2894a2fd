// What each action of EKS is about: clusters, node groups, and what a caller's launch template would launch. [doc: list_amazonelastickubernetesservice]

import type { LaunchTemplateSpecification } from '@aws-sdk/client-eks'
import { unlessRefused } from '../operations/ec2/launch-parts.ts'
import { nodeTemplate, nodeTypes } from '../operations/eks/node-template.ts'
import { nodeGroupKey } from '../store/node-group.ts'
import { launchNeeds, type Placed } from './launches.ts'
import { type About, type Asked, all, on, onNothing, type Resource, tagFacts, textIn, textsIn } from './need.ts'

/** Some actions call it `clusterName`, those of clusters and of updates `name`. */
function clusterName(asked: Asked): string {
  return textIn(asked, 'clusterName') ?? textIn(asked, 'name') ?? '*'
}

function clusterResource(asked: Asked): Resource {
  const { account, region, draft, place } = asked
  const name = clusterName(asked)
  const tags = draft.get(place, 'clusters', name)?.tags ?? {}
  return { type: 'cluster', arn: `arn:aws:eks:${region}:${account}:cluster/${name}`, facts: tagFacts(tags, 'aws:ResourceTag') }
}

function nodeGroupResource(asked: Asked): Resource {
  const { account, region, draft, place } = asked
  const cluster = clusterName(asked)
  const name = textIn(asked, 'nodegroupName') ?? '*'
  const known = draft.get(place, 'nodeGroups', nodeGroupKey(cluster, name))
  const arn = known?.arn ?? `arn:aws:eks:${region}:${account}:nodegroup/${cluster}/${name}/*`
  return { type: 'nodegroup', arn, facts: tagFacts(known?.tags ?? {}, 'aws:ResourceTag') }
}

function tagsOfRequest(asked: Asked): Resource['facts'] {
  const tags = (asked.input.tags ?? {}) as Readonly<Record<string, string>>
  return { ...tagFacts(tags, 'aws:RequestTag'), 'aws:TagKeys': Object.keys(tags) }
}

const cluster = on((asked) => [clusterResource(asked)])
const newCluster = on((asked) => [{ type: '*', arn: '*', facts: tagsOfRequest(asked) }])
const nodeGroup = on((asked) => [nodeGroupResource(asked)])

const inCluster = on((asked) => {
  const resource = clusterResource(asked)
  return [{ ...resource, facts: { ...resource.facts, ...tagsOfRequest(asked) } }]
})

const updates = on((asked) =>
  textIn(asked, 'nodegroupName') === undefined ? [clusterResource(asked)] : [clusterResource(asked), nodeGroupResource(asked)],
)

/** "The IAM entity calling CreateNodegroup or UpdateNodegroupVersion must have permissions for ec2:RunInstances and ec2:CreateTags" [doc: eks/launch-templates]. */
const useOfTemplate: About = (asked) => {
  const { launchTemplate: written } = asked.input as { readonly launchTemplate?: LaunchTemplateSpecification }
  if (written === undefined) return []
  const { id: LaunchTemplateId, name: LaunchTemplateName, version: Version } = written
  const LaunchTemplate = {
    ...(LaunchTemplateId === undefined ? {} : { LaunchTemplateId }),
    ...(LaunchTemplateName === undefined ? {} : { LaunchTemplateName }),
    ...(Version === undefined ? {} : { Version }),
  }
  const template = unlessRefused(() => nodeTemplate(asked.draft, asked.place, written))
  if (template === undefined) return launchNeeds(asked, { LaunchTemplate })
  const types = nodeTypes(typesOf(asked), template.data)
  const launches = types.length === 0 ? [{}] : types.map((InstanceType) => ({ InstanceType }) as Placed)
  return launches.flatMap((placed) => launchNeeds(asked, { LaunchTemplate }, placed))
}

/** The request's where it makes the node group, else what that was made with. */
function typesOf(asked: Asked): readonly string[] {
  const key = nodeGroupKey(clusterName(asked), textIn(asked, 'nodegroupName') ?? '*')
  return asked.draft.get(asked.place, 'nodeGroups', key)?.instanceTypes ?? textsIn(asked, 'instanceTypes')
}

/** A node group passes its role on [doc: eks/security_iam_id-based-policy-examples]. */
const passNodeRole: About = (asked) => {
  const arn = textIn(asked, 'nodeRole')
  if (arn === undefined) return []
  return [{ action: 'iam:PassRole', resource: { type: 'role', arn, facts: { 'iam:PassedToService': 'eks.amazonaws.com' } } }]
}

export const eks = {
  CreateCluster: newCluster,
  CreateNodegroup: all(inCluster, useOfTemplate, passNodeRole),
  DeleteCluster: cluster,
  DeleteNodegroup: nodeGroup,
  DescribeCluster: cluster,
  DescribeNodegroup: nodeGroup,
  DescribeUpdate: updates,
  ListClusters: onNothing,
  ListNodegroups: cluster,
  ListUpdates: updates,
  UpdateNodegroupConfig: nodeGroup,
  UpdateNodegroupVersion: all(nodeGroup, useOfTemplate),
} satisfies Readonly<Record<string, About>>
