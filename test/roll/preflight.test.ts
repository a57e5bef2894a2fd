import { describe, expect, it } from 'vitest'
import type { AlarmState, GroupState, LifecycleHook } from '../../pipeline/ports/index.ts'
import { type GroupTarget, type RollPolicy, type SoakPolicy, usualNodeHooks } from '../../pipeline/release/index.ts'
import type { PreflightFacts } from '../../pipeline/roll/check.ts'
import { onlyTold, preflight } from '../../pipeline/roll/preflight.ts'
import { aSoakPolicy, httpTest } from '../support/factories.ts'
import {
  aGroup,
  anImage,
  anInstance,
  anOrder,
  aRefresh,
  aTemplate,
  facts,
  mixedSource,
  newImage,
  templateId,
  templateSource,
} from './groups.ts'

const clusterTag = { 'kubernetes.io/cluster/shop': 'owned' }
const subnet = (freeAddresses: number) => ({ id: `subnet-${freeAddresses}`, zone: 'eu-west-1a', freeAddresses })
const neighbour = (name: string, machines: number, subnetIds = ['subnet-elsewhere']) => ({
  name,
  machines,
  perMachine: 2,
  subnetIds,
})
const hook = { heartbeatMs: 900_000, defaultResult: 'CONTINUE' } as const
const alarm: AlarmState = { name: 'web-5xx', state: 'OK', reason: '' }

describe('a group that may be rolled', () => {
  const fine: readonly (readonly [string, Partial<PreflightFacts>, Partial<RollPolicy>])[] = [
    ['two machines and room for two more', {}, {}],
    ['an empty group', { group: aGroup({ desiredCapacity: 0, instances: [] }) }, { maxHealthyPercentage: 100 }],
    ['one machine that may be doubled', { group: aGroup({ desiredCapacity: 1, instances: [anInstance(1, 7)] }) }, {}],
    [
      'ten machines of which one may go first',
      { group: aGroup({ desiredCapacity: 10 }) },
      { minHealthyPercentage: 90, maxHealthyPercentage: 100 },
    ],
    ['a mixed group that names types only', { group: aGroup({ launchSource: mixedSource }) }, {}],
    [
      'a process suspended that a roll does not need',
      { group: aGroup({ suspendedProcesses: ['AlarmNotification', 'AZRebalance'] }) },
      {},
    ],
    ['an earlier refresh that has ended', { refreshes: [aRefresh({ status: 'Failed' })] }, {}],
    ['an alarm that is OK', { alarms: [alarm] }, { alarms: ['web-5xx'] }],
    ['a previous image that is gone', { previousImage: undefined }, {}],
    [
      'machines of ECS that are drained',
      { group: aGroup({ tags: { AmazonECSManaged: '' } }), hooks: [{ ...hook, name: 'ecs-drain', transition: 'terminating' }] },
      {},
    ],
    ['a tag that Karpenter only looks for', { group: aGroup({ tags: { 'karpenter.sh/discovery': 'shop' } }) }, {}],
    [
      'nodes of a cluster that are awaited and drained',
      {
        group: aGroup({ tags: clusterTag }),
        hooks: [
          { ...hook, name: 'drain', transition: 'terminating', heartbeatMs: 300_000 },
          { ...hook, name: 'drover-node-ready', transition: 'launching' },
        ],
      },
      {},
    ],
    ['vCPUs for just what it adds', { vcpus: { quota: 12, inUse: 8, perMachine: 2 } }, {}],
    ['machines that no such quota counts', { vcpus: undefined }, {}],
    ['addresses for just what it adds, in two subnets', { subnets: [subnet(1), subnet(1)] }, {}],
    ['room for those rolled beside it', { vcpus: { quota: 22, inUse: 8, perMachine: 2 }, beside: [neighbour('api', 5)] }, {}],
    [
      'neighbours that draw on another quota and on other subnets',
      {
        vcpus: { quota: 12, inUse: 8, perMachine: 2 },
        subnets: [subnet(2)],
        beside: [{ ...neighbour('api', 9, ['subnet-2', 'subnet-far']), perMachine: 0 }],
      },
      {},
    ],
    ['full subnets where nothing is added', { subnets: [subnet(0)] }, { minHealthyPercentage: 50, maxHealthyPercentage: 100 }],
  ]
  it.each(fine)('%s', (_, over, policy) => {
    expect(preflight(facts(over), anOrder(policy))).toEqual([])
  })
})

describe('a group that must not be rolled', () => {
  const refused: readonly (readonly [string, Partial<PreflightFacts>, Partial<RollPolicy>, string])[] = [
    ['is not there', { group: undefined }, {}, 'there is no group web'],
    [
      'launches from a launch configuration',
      { group: aGroup({ launchSource: { kind: 'launch-configuration', name: 'web-2019' } }), template: undefined },
      {},
      'web launches from the launch configuration web-2019, which has no versions to roll to or back to',
    ],
    [
      'has nothing to launch from',
      { group: aGroup({ launchSource: { kind: 'none' } }), template: undefined },
      {},
      'web has neither a launch template nor a launch configuration',
    ],
    [
      'launches from $Latest',
      { group: aGroup({ launchSource: { ...templateSource, version: '$Latest' } }) },
      {},
      'web launches from version $Latest of its template, and AWS cannot roll back to a version that moves',
    ],
    [
      'launches from $Default of a mixed policy',
      { group: aGroup({ launchSource: { ...mixedSource, version: '$Default' } }) },
      {},
      'web launches from version $Default of its template, and AWS cannot roll back to a version that moves',
    ],
    [
      'launches from a version that is gone',
      { template: undefined },
      {},
      `web launches from version 7 of ${templateId}, which does not exist`,
    ],
    [
      'names its image by an alias',
      { template: aTemplate({ imageId: 'resolve:ssm:/images/web' }) },
      {},
      'the template of web names its image by an alias (resolve:ssm:/images/web), which AWS cannot roll back to',
    ],
    [
      'leaves its volumes to the image’s key though its stage has one of its own',
      { template: aTemplate({ volumeKeys: [undefined] }), volumeKeys: { wanted: 'arn:key/prod', named: [undefined] } },
      {},
      "version 7 of web, which web launches from, encrypts a volume with the image's own key: its stage demands arn:key/prod",
    ],
    [
      'encrypts one of its volumes with another key than its stage’s',
      { volumeKeys: { wanted: 'arn:key/prod', named: ['arn:key/prod', 'arn:key/dev'] } },
      {},
      'version 7 of web, which web launches from, encrypts a volume with arn:key/dev: its stage demands arn:key/prod',
    ],
    [
      'names no volume though its stage has a key of its own',
      { volumeKeys: { wanted: 'arn:key/prod', named: [] } },
      {},
      'version 7 of web, which web launches from, names no volume: its stage demands arn:key/prod',
    ],
    ['names no image', { template: aTemplate({ imageId: undefined }) }, {}, 'the template of web names no image to go back to'],
    [
      'has overrides with templates of their own',
      { group: aGroup({ launchSource: { ...mixedSource, overridesWithTemplate: 2 } }) },
      {},
      '2 of the overrides of web name a launch template of their own, so their instances would keep the old image',
    ],
    [
      'has overrides with images of their own',
      { group: aGroup({ launchSource: { ...mixedSource, overridesWithImage: 1 } }) },
      {},
      '1 of the overrides of web name an image of their own, so their instances would keep the old image',
    ],
    [
      'selects instances by attributes',
      { group: aGroup({ launchSource: { ...mixedSource, overridesWithRequirements: 1 } }) },
      {},
      'web selects its instances by attributes, for which AWS takes no desired configuration',
    ],
    [
      'belongs to a managed node group',
      { group: aGroup({ tags: { 'eks:nodegroup-name': 'workers' } }) },
      {},
      'web belongs to the EKS managed node group workers, which replaces its machines itself',
    ],
    [
      'belongs to Karpenter',
      { group: aGroup({ tags: { 'karpenter.sh/nodepool': 'default' } }) },
      {},
      'web belongs to Karpenter (tag karpenter.sh/nodepool), which replaces its machines itself',
    ],
    [
      'is of a cluster that would not drain its nodes',
      { group: aGroup({ tags: clusterTag }), hooks: [{ ...hook, name: 'drover-node-ready', transition: 'launching' }] },
      {},
      'web is of a Kubernetes cluster (tag kubernetes.io/cluster/shop) and has no lifecycle hook that lets its nodes be drained',
    ],
    [
      'is of a cluster whose new nodes nobody awaits',
      { group: aGroup({ tags: clusterTag }), hooks: [{ ...hook, name: 'drain', transition: 'terminating' }] },
      {},
      'web is of a Kubernetes cluster (tag kubernetes.io/cluster/shop) and has no lifecycle hook that waits until a new node is Ready',
    ],
    [
      'runs tasks of ECS that nothing drains',
      { group: aGroup({ tags: { AmazonECSManaged: 'true' } }), hooks: [{ ...hook, name: 'join', transition: 'launching' }] },
      {},
      'web belongs to a capacity provider of ECS (tag AmazonECSManaged) and has no lifecycle hook that lets its tasks be moved',
    ],
    ['is never to be rolled', { group: aGroup({ tags: { 'drover:roll': 'never' } }) }, {}, 'web is tagged drover:roll = never'],
    [
      'has a misspelt wish',
      { group: aGroup({ tags: { 'drover:roll': 'nevr' } }) },
      {},
      'web is tagged drover:roll = nevr, which says nothing',
    ],
    [
      'has no vCPUs for what it adds',
      { vcpus: { quota: 10, inUse: 8, perMachine: 2 } },
      {},
      "the roll of web wants 2 machines more of 2 vCPUs each, and 8 of the account's 10 vCPUs are in use",
    ],
    [
      'has no addresses for what it adds',
      { subnets: [subnet(1), subnet(0)] },
      {},
      'the roll of web wants 2 machines more, and its subnets (subnet-1, subnet-0) have 1 addresses free',
    ],
    [
      'has vCPUs for what it adds, and none for those rolled beside it',
      { vcpus: { quota: 20, inUse: 8, perMachine: 2 }, beside: [neighbour('api', 2), neighbour('mail', 3)] },
      {},
      "the roll of web wants 2 machines more of 2 vCPUs each, what is rolled beside it (api, mail) wants 10 vCPUs, and 8 of the account's 20 vCPUs are in use",
    ],
    [
      'has addresses for what it adds, and none for those rolled beside it in its subnets',
      { subnets: [subnet(2), subnet(1)], beside: [neighbour('api', 2, ['subnet-1'])] },
      {},
      'the roll of web wants 2 machines more, what is rolled beside it (api) wants 2, and its subnets (subnet-2, subnet-1) have 3 addresses free',
    ],
    [
      'has processes suspended',
      { group: aGroup({ suspendedProcesses: ['Launch', 'AZRebalance', 'ReplaceUnhealthy'] }) },
      {},
      'web has Launch, ReplaceUnhealthy suspended, without which a roll hangs or leaves machines out of service',
    ],
    [
      'has protected machines',
      { group: aGroup({ instances: [anInstance(1, 7), anInstance(2, 7, { protectedFromScaleIn: true })] }) },
      {},
      'web has machines protected from scale-in (i-00000000000000002), for which AWS would wait an hour',
    ],
    [
      'has machines in standby',
      { group: aGroup({ instances: [anInstance(1, 7, { lifecycle: 'Standby' })] }) },
      {},
      'web has machines in standby (i-00000000000000001), for which AWS would wait an hour',
    ],
    [
      'is one machine with no room for a second',
      { group: aGroup({ desiredCapacity: 1 }) },
      { maxHealthyPercentage: 100 },
      'web has 1 of 1 machines that must stay healthy and may have no more, so none can be replaced',
    ],
    [
      'is small enough for 90 % to mean all',
      { group: aGroup({ desiredCapacity: 5 }) },
      { minHealthyPercentage: 90, maxHealthyPercentage: 100 },
      'web has 5 of 5 machines that must stay healthy and may have no more, so none can be replaced',
    ],
    [
      'is given percentages too far apart',
      {},
      { minHealthyPercentage: 50, maxHealthyPercentage: 200 },
      'healthy between 50 % and 200 % is more than the 100 % that AWS allows between the two',
    ],
    [
      'is being refreshed by someone else',
      { refreshes: [aRefresh({ id: 'refresh-other', desired: { templateId, version: '6' } })] },
      {},
      'an instance refresh that drover did not start is running on web (refresh-other, InProgress)',
    ],
    [
      'is watched by an alarm whose history may not be read',
      { alarms: [alarm], alarmHistoryDenied: 'DescribeAlarmHistory web-5xx: not authorized (AccessDenied)' },
      { alarms: ['web-5xx'] },
      'whether an alarm rings during the soak could not be told: DescribeAlarmHistory web-5xx: not authorized (AccessDenied)',
    ],
    ['is watched by an alarm that is not there', {}, { alarms: ['web-5xx'] }, 'there is no alarm web-5xx'],
    [
      'is watched by an alarm in ALARM',
      { alarms: [{ ...alarm, state: 'ALARM', reason: '12 errors a minute' }] },
      { alarms: ['web-5xx'] },
      'the alarm web-5xx is in ALARM: 12 errors a minute',
    ],
    [
      'is watched by an alarm without data',
      { alarms: [{ ...alarm, state: 'INSUFFICIENT_DATA', reason: 'no data points' }] },
      { alarms: ['web-5xx'] },
      'the alarm web-5xx is in INSUFFICIENT_DATA: no data points',
    ],
    ['cannot see the image', { image: undefined }, {}, `${newImage} cannot be seen from the group's account and region`],
    [
      'sees an image that is not ready',
      { image: anImage({ state: 'failed', stateReason: 'the key is disabled' }) },
      {},
      `${newImage} is failed: the key is disabled`,
    ],
    [
      'runs machines of another architecture',
      { image: anImage({ architecture: 'arm64' }) },
      {},
      `web runs x86_64 machines, but ${newImage} is built for arm64`,
    ],
  ]
  it.each(refused)('%s', (_, over, policy, cause) => {
    const refusals = preflight(facts(over), anOrder(policy))
    expect(refusals.map((refusal) => refusal.cause)).toEqual([cause])
    expect(refusals[0]?.hint).toMatch(/^[A-Z].+\S$/)
  })
})

describe('a group of which nothing would tell whether its application works', () => {
  const drift = { kind: 'drift', name: 'still hardened', allow: [], timeoutMs: 1 } as const
  const told: readonly (readonly [string, Partial<GroupState>, Partial<SoakPolicy>, Partial<GroupTarget>])[] = [
    ['a load balancer does', { healthCheckType: 'ELB,EBS', trafficSources: 1 }, {}, {}],
    ['an alarm does', {}, { alarms: ['web-5xx'] }, {}],
    ['a test does', {}, { tests: [httpTest] }, {}],
    ['it is accepted, with a reason', {}, {}, { withoutHealth: 'batch: it works off a queue' }],
  ]
  const untold: readonly (readonly [string, Partial<GroupState>, Partial<SoakPolicy>, RegExp])[] = [
    ['EC2 alone does not', {}, {}, /^nothing tells whether the application of web works: no load balancer's health check/],
    ['a load balancer that it is not with does not', { healthCheckType: 'ELB' }, {}, /^nothing tells/],
    ['a load balancer that is not asked does not', { trafficSources: 1 }, {}, /its load balancer is not asked/],
    ['a scan for drift does not', {}, { tests: [drift] }, /^nothing tells/],
  ]
  const judge = (group: Partial<GroupState>, soak: Partial<SoakPolicy>, over: Partial<GroupTarget> = {}) => {
    const { stage, target } = anOrder()
    const order = { stage: { ...stage, soak: aSoakPolicy(soak) }, target: { ...target, ...over } }
    return preflight(facts({ group: aGroup(group) }), order)
  }
  it.each(told)('may be rolled: %s', (_, group, soak, over) => expect(judge(group, soak, over)).toEqual([]))
  it.each(untold)('is refused: %s', (_, group, soak, cause) => {
    expect(judge(group, soak)).toEqual([
      { cause: expect.stringMatching(cause), hint: expect.stringContaining('{ group: eu-west-1/web, withoutHealth: REASON }') },
    ])
  })
})

describe('the lifecycle hooks of a cluster’s group', () => {
  const drain = { ...hook, name: 'drain', transition: 'terminating' } as const
  const ready = { ...hook, name: 'drover-node-ready', transition: 'launching' } as const
  const judge = (hooks: readonly LifecycleHook[], nodeHooks?: GroupTarget['nodeHooks']) => {
    const { stage, target } = anOrder()
    const order = { stage, target: { ...target, ...(nodeHooks && { nodeHooks }) } }
    return preflight(facts({ group: aGroup({ tags: clusterTag }), hooks }), order)
  }
  const put = (name: string, way: string, seconds: number) =>
    `aws autoscaling put-lifecycle-hook --auto-scaling-group-name web --lifecycle-hook-name ${name} --lifecycle-transition autoscaling:EC2_INSTANCE_${way} --heartbeat-timeout ${seconds} --default-result CONTINUE`

  it('are not enough where a foreign one stands in the place of the node’s own', () => {
    expect(judge([drain, { ...ready, name: 'join' }])).toEqual([
      {
        cause:
          'web is of a Kubernetes cluster (tag kubernetes.io/cluster/shop) and has no lifecycle hook drover-node-ready beside join, and so none known as one that waits until a new node is Ready',
        hint: `Add one that the image's drover-node-ready completes (docs/kubernetes.md): ${put('drover-node-ready', 'LAUNCHING', 900)}; or, where one of these does that, write nodeHooks: { launch: NAME }`,
      },
    ])
    expect(judge([drain, { ...ready, name: 'join' }], { ...usualNodeHooks, launch: 'join' })).toEqual([])
  })

  it.each([
    ['CONTINUE', 'it then counts, Ready or not (CONTINUE)'],
    ['ABANDON', 'it is then ended, launch after launch (ABANDON)'],
  ] as const)(
    'must hold a new machine until its node has booted, become Ready and said so; else, by %s, %s',
    (defaultResult, outcome) => {
      expect(judge([drain, { ...ready, heartbeatMs: 840_000, defaultResult }])).toEqual([
        {
          cause: `the launch hook drover-node-ready of web holds a machine for 14m, and a node may need 15m: 10m to be Ready (\`nodeHooks.readyWithin\`), the rest to boot and to say how it ended; ${outcome}`,
          hint: `Hold for longer: ${put('drover-node-ready', 'LAUNCHING', 900)}`,
        },
      ])
      expect(judge([drain, { ...ready, heartbeatMs: 900_000, defaultResult }])).toEqual([])
      expect(judge([drain, { ...ready, heartbeatMs: 480_000 }], { ...usualNodeHooks, readyWithinMs: 180_000 })).toEqual([])
    },
  )

  it('need not hold one for longer than a hook can', () => {
    const asked = { ...usualNodeHooks, readyWithinMs: 7_100_000 }
    expect(judge([drain, { ...ready, heartbeatMs: 7_199_000 }], asked)[0]?.hint).toContain(
      put('drover-node-ready', 'LAUNCHING', 7200),
    )
    expect(judge([drain, { ...ready, heartbeatMs: 7_200_000 }], asked)).toEqual([])
  })

  it('must hold one that ends for as long as its pods may take, the longest of them', () => {
    const short = { ...drain, name: 'ship-logs', heartbeatMs: 30_000 }
    expect(judge([short, ready])).toEqual([
      {
        cause: 'the terminate hook ship-logs of web gives pods 30s to leave a node, and 5m is asked for (`nodeHooks.drain`)',
        hint: `Hold for longer: ${put('ship-logs', 'TERMINATING', 300)}; or, where the drainer renews the heartbeat, write nodeHooks: { drain: 30s }`,
      },
    ])
    expect(judge([short, ready], { ...usualNodeHooks, drainMs: 30_000 })).toEqual([])
    expect(judge([short, drain, ready])).toEqual([])
    expect(judge([drain, ready], { ...usualNodeHooks, drainMs: 1_800_000 })[0]?.hint).toContain(put('drain', 'TERMINATING', 1800))
  })
})

describe('the hooks of a group that was not asked for them by name when its release was opened', () => {
  const drain = { ...hook, name: 'drain', transition: 'terminating', heartbeatMs: 30_000 } as const
  const join = { ...hook, name: 'join', transition: 'launching', heartbeatMs: 60_000 } as const
  const { stage, target } = anOrder()
  const { nodeHooks: _, ...older } = target
  const judge = (tags: Readonly<Record<string, string>>, hooks: readonly LifecycleHook[]) =>
    preflight(facts({ group: aGroup({ tags }), hooks }), { stage, target: older, recorded: true })

  it('are enough by any name and for any time, but must be there', () => {
    expect(judge(clusterTag, [drain, join])).toEqual([])
    expect(judge(clusterTag, []).map(({ cause }) => cause)).toEqual([
      expect.stringContaining('lets its nodes be drained'),
      expect.stringContaining('waits until a new node is Ready'),
    ])
    expect(judge({ AmazonECSManaged: 'true' }, [])).toEqual([])
  })
})

describe('an undo', () => {
  const order = { ...anOrder(), recorded: true, undoes: true } as const

  it.each([
    ['of a cluster’s nodes', clusterTag, ['lets its nodes be drained', 'waits until a new node is Ready']],
    ['of machines of ECS', { AmazonECSManaged: 'true' }, ['lets its tasks be moved']],
  ])('%s is told what its hooks lack, and not refused', (_, tags, lacking) => {
    const bare = facts({ group: aGroup({ tags }) })
    expect(preflight(bare, order)).toEqual([])
    expect(onlyTold(bare, order)).toEqual(lacking.map((cause) => expect.stringContaining(cause)))
    expect(preflight(bare, anOrder())).toHaveLength(lacking.length)
    expect(onlyTold(bare, anOrder())).toEqual([])
  })
})

describe('an undo takes the room that those before it leave', () => {
  const order = { ...anOrder(), recorded: true, undoes: true } as const
  const inUse = { inUse: 8, perMachine: 2 }
  const lacks = (quota: number, beside: NonNullable<PreflightFacts['beside']>) =>
    preflight(facts({ vcpus: { ...inUse, quota }, beside }), order).map(({ lacksRoom }) => lacksRoom)

  it.each([
    ['goes where there is enough for both', 18, [neighbour('api', 3)], []],
    ['waits where there is enough for one', 17, [neighbour('api', 3)], [true]],
    ['goes where what comes first finds no room and waits', 17, [neighbour('batch', 9)], []],
    ['waits for what is under way, whether that had room or not', 17, [{ ...neighbour('batch', 9), isUnderWay: true }], [true]],
    ['waits where there is not enough for itself', 11, [], [true]],
  ] as const)('%s', (_, quota, beside, expected) => expect(lacks(quota, beside)).toEqual(expected))

  it('finds a subnet full by the same rule, and hears nothing of waves', () => {
    const place = { subnets: [subnet(4)], beside: [neighbour('api', 3, ['subnet-4']), neighbour('batch', 9, ['subnet-4'])] }
    const [refusal] = preflight(facts(place), order)
    expect(refusal).toMatchObject({ lacksRoom: true, hint: 'Free addresses, add a subnet to the group.' })
    expect(refusal?.cause).toContain('(api) wants 3,')
    expect(preflight(facts({ ...place, beside: place.beside.slice(1) }), order)).toEqual([])
  })
})

it('says of an open release that what is written now counts from the next one on', () => {
  const { stage, target } = anOrder()
  const hooks: readonly LifecycleHook[] = [
    { ...hook, name: 'drain', transition: 'terminating', heartbeatMs: 30_000 },
    { ...hook, name: 'drover-node-ready', transition: 'launching' },
  ]
  const short = facts({ group: aGroup({ tags: clusterTag }), hooks })
  expect(preflight(short, { stage, target })[0]?.hint).toMatch(/nodeHooks: \{ drain: 30s \}$/)
  expect(preflight(short, { stage, target, recorded: true })[0]?.hint).toMatch(/, which counts from the next release on$/)
})

it('says how a hook for draining is added', () => {
  const [refusal] = preflight(facts({ group: aGroup({ tags: clusterTag }) }), anOrder())
  expect(refusal?.hint).toContain('put-lifecycle-hook --auto-scaling-group-name web --lifecycle-hook-name drain')
})

it('asks nothing about an image where there is none', () => {
  expect(preflight(facts({ imageId: undefined, image: undefined }), anOrder())).toEqual([])
})

it('refuses for every reason at once', () => {
  const group: GroupState = aGroup({
    launchSource: { ...templateSource, version: '$Latest' },
    suspendedProcesses: ['Terminate'],
    desiredCapacity: 1,
  })
  const refusals = preflight(facts({ group, image: undefined }), anOrder({ maxHealthyPercentage: 100 }))
  expect(refusals.map(({ hint }) => hint)).toEqual([
    `Pin it: aws autoscaling update-auto-scaling-group --auto-scaling-group-name web --launch-template LaunchTemplateId=${templateId},Version=7`,
    'Resume: aws autoscaling resume-processes --auto-scaling-group-name web --scaling-processes Terminate',
    'Raise maxHealthy of the lane above 100 %, or lower minHealthy.',
    'Check that it is shared with the account and copied to the region.',
  ])
})
