// A group of a wave: an Auto Scaling group, a managed node group of EKS, or the nodes of Karpenter from one EC2NodeClass.

import { isMap } from 'yaml'
import type { UnavailableLimit } from '../../ports/index.ts'
import { mapping, optional, required, withDefault } from '../yaml/mapping.ts'
import { mapped, type Placed, placed, type Reader, scalarOr } from '../yaml/reader.ts'
import type { Spot } from '../yaml/reading.ts'
import { duration, percent, text, wholeNumber, yesOrNo } from '../yaml/scalars.ts'
import { architecture, groupName, imageParameter, nodeClassName, nodeGroupName } from './names.ts'

export interface WrittenGroup {
  readonly at: Spot
  /** `region/group`, `region/cluster/name` or `region/cluster/class`. */
  readonly group: Placed<string>
  readonly architecture: Placed<'x86_64' | 'arm64'> | undefined
  readonly maxAge: Placed<number> | undefined
  readonly withoutHealth: string | undefined
  readonly nodeGroup: { readonly force: boolean; readonly limit: UnavailableLimit | undefined } | undefined
  readonly karpenter: { readonly parameter: Placed<string> } | undefined
}

const autoScaling: Reader<WrittenGroup> = mapped(
  mapping('the group', {
    group: required(placed(groupName)),
    architecture: optional(placed(architecture)),
    maxAge: optional(placed(duration())),
    withoutHealth: optional(text('a reason')),
  }),
  (group) => ({ ...group, nodeGroup: undefined, karpenter: undefined }),
)

/** A number, or a percentage of the group's size; "the maximum number is 100" [doc: eks/API_NodegroupUpdateConfig]. */
const limit: Reader<UnavailableLimit> = {
  read: (at) =>
    String(at.node).includes('%')
      ? { maxUnavailablePercentage: percent(1, 100).read(at) }
      : { maxUnavailable: wholeNumber(1, 100).read(at) },
  standIn: () => ({ maxUnavailable: 1 }),
}

const managed: Reader<WrittenGroup> = mapped(
  mapping('the managed node group', {
    nodeGroup: required(placed(nodeGroupName)),
    architecture: optional(placed(architecture)),
    maxAge: optional(placed(duration())),
    withoutHealth: optional(text('a reason')),
    force: withDefault(yesOrNo(), false),
    maxUnavailable: optional(limit),
  }),
  ({ at, nodeGroup, architecture, maxAge, withoutHealth, force, maxUnavailable }) => {
    const own = { nodeGroup: { force, limit: maxUnavailable }, karpenter: undefined }
    return { at, group: nodeGroup, architecture, maxAge, withoutHealth, ...own }
  },
)

/** How old its nodes may grow, Karpenter sees to itself: `expireAfter` of their NodePool. */
const karpenterNodes: Reader<WrittenGroup> = mapped(
  mapping('the EC2NodeClass', {
    karpenter: required(placed(nodeClassName)),
    parameter: required(placed(imageParameter), 'Name the one in `ssmParameter` of its amiSelectorTerms: /acme/nodes/image'),
    architecture: optional(placed(architecture)),
    withoutHealth: optional(text('a reason')),
  }),
  ({ at, karpenter, parameter, architecture, withoutHealth }) => {
    return {
      at,
      group: karpenter,
      architecture,
      maxAge: undefined,
      withoutHealth,
      nodeGroup: undefined,
      karpenter: { parameter },
    }
  },
)

const short: Reader<WrittenGroup> = mapped(placed(groupName), (name, at) => ({
  at,
  group: name,
  architecture: undefined,
  maxAge: undefined,
  withoutHealth: undefined,
  nodeGroup: undefined,
  karpenter: undefined,
}))

const whole: Reader<WrittenGroup> = {
  read: (at) => {
    const has = (key: string) => isMap(at.node) && at.node.has(key)
    return (has('nodeGroup') ? managed : has('karpenter') ? karpenterNodes : autoScaling).read(at)
  },
  standIn: autoScaling.standIn,
}

/** `region/group`, or more of it: the architecture it runs where the family has several, and what is accepted of it. */
export const group = scalarOr(short, whole)
