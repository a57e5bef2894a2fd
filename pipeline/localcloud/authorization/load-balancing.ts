// What each action of target groups is about. [doc: list_elasticloadbalancingv2]

import { type About, on, onNothing, type Resource, tagFacts, textIn } from './need.ts'

const targetGroup = on((asked) => {
  const arn = textIn(asked, 'TargetGroupArn') ?? '*'
  const tags = asked.draft.get(asked.place, 'targetGroups', arn)?.tags ?? {}
  return [{ type: 'targetgroup', arn, facts: tagFacts(tags, 'aws:ResourceTag', 'elasticloadbalancing:ResourceTag') }]
})

const newTargetGroup = on(({ account, region, ...asked }): readonly Resource[] => {
  const name = textIn(asked, 'Name') ?? '*'
  const arn = `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${name}/*`
  return [{ type: 'targetgroup', arn, facts: {} }]
})

export const elasticloadbalancing = {
  CreateTargetGroup: newTargetGroup,
  DeleteTargetGroup: targetGroup,
  DeregisterTargets: targetGroup,
  DescribeTargetGroups: onNothing,
  DescribeTargetHealth: onNothing,
  ModifyTargetGroup: targetGroup,
  RegisterTargets: targetGroup,
} satisfies Readonly<Record<string, About>>
