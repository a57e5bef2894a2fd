// Target groups and their health checks. No load balancer stands before them: they are checked as if one did.

import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DeregisterTargetsInput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  DescribeTargetHealthInput,
  DescribeTargetHealthOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
  RegisterTargetsInput,
  TargetDescription,
  TargetGroup as WireTargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ensureDefaultNetwork } from '../../store/default-network.ts'
import type { Draft, PlaceKey } from '../../store/state.ts'
import { type HealthCheck, newTarget, type Target, type TargetGroup } from '../../store/target-group.ts'
import { ApiFault, unsupported } from '../../wire/fault.ts'
import { operation } from '../operation.ts'
import { pageOf } from '../pages.ts'

const checkMembers = [
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckPath',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'Matcher.HttpCode',
] as const

type CheckInput = Pick<
  CreateTargetGroupInput,
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckPath'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>

export const createTargetGroup = operation<CreateTargetGroupInput, CreateTargetGroupOutput>({
  handles: ['Name', 'Protocol', 'Port', 'VpcId', 'TargetType', ...checkMembers],
  run({ input, draft, place, account, region, network }) {
    const { Name: name = '', Protocol: protocol = 'HTTP', Port: port } = input
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) throw invalid(`Target group name '${name}' is not valid`)
    if (protocol !== 'HTTP' && protocol !== 'TCP') throw unsupported(`Protocol=${protocol} of CreateTargetGroup`)
    if ((input.TargetType ?? 'instance') !== 'instance') throw unsupported(`TargetType=${input.TargetType} of CreateTargetGroup`)
    if (port === undefined || port < 1 || port > 65_535) throw invalid(`Port '${port}' must be between 1 and 65535`)
    ensureDefaultNetwork(draft, place, network.cidr)
    const vpcs = draft.rows(place, 'vpcs')
    if (!vpcs.some(({ id }) => id === input.VpcId)) throw invalid(`The VPC ID '${input.VpcId}' is not found`)
    if (draft.rows(place, 'targetGroups').some((one) => one.name === name))
      throw new ApiFault(
        'DuplicateTargetGroupName',
        `A target group with the same name '${name}' exists, but with different settings`,
      )
    const made: TargetGroup = {
      arn: `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/${name}/${draft.mintHex(16)}`,
      name,
      vpcId: input.VpcId ?? '',
      protocol,
      port,
      check: healthCheck(input, { ...firstCheck, protocol }),
      targets: [],
      tags: {},
    }
    draft.put(place, 'targetGroups', made.arn, made)
    return { TargetGroups: [targetGroupView(made)] }
  },
})

/** Defaults of an application load balancer's target group [doc: CreateTargetGroup]. */
const firstCheck: HealthCheck = {
  protocol: 'HTTP',
  port: 'traffic-port',
  path: '/',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  codes: '200',
}

function healthCheck(input: CheckInput, earlier: HealthCheck): HealthCheck {
  const protocol = input.HealthCheckProtocol ?? earlier.protocol
  if (protocol !== 'HTTP' && protocol !== 'TCP') throw unsupported(`HealthCheckProtocol=${protocol}`)
  const check: HealthCheck = {
    protocol,
    port: portOf(input.HealthCheckPort, earlier),
    path: input.HealthCheckPath ?? earlier.path,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? earlier.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? earlier.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? earlier.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? earlier.unhealthyThreshold,
    codes: input.Matcher?.HttpCode ?? earlier.codes,
  }
  checkRanges(check)
  return check
}

function portOf(written: string | undefined, earlier: HealthCheck): HealthCheck['port'] {
  if (written === undefined) return earlier.port
  if (written === 'traffic-port') return written
  if (/^\d{1,5}$/.test(written) && Number(written) >= 1 && Number(written) <= 65_535) return Number(written)
  throw invalid(`Health check port '${written}' must be a port or 'traffic-port'`)
}

function checkRanges(check: HealthCheck): void {
  const ranges: readonly (readonly [string, number, number, number])[] = [
    ['Health check interval', check.intervalSeconds, 5, 300],
    ['Health check timeout', check.timeoutSeconds, 2, 120],
    ['Healthy threshold count', check.healthyThreshold, 2, 10],
    ['Unhealthy threshold count', check.unhealthyThreshold, 2, 10],
  ]
  for (const [what, value, from, to] of ranges)
    if (value < from || value > to) throw invalid(`${what} '${value}' must be between ${from} and ${to}`)
  if (check.timeoutSeconds >= check.intervalSeconds)
    throw invalid(`Health check interval must be greater than the timeout of ${check.timeoutSeconds} seconds`)
  if (!/^\/[!-~]{0,1023}$/.test(check.path)) throw invalid(`Health check path '${check.path}' is not valid`)
  if (!/^[2-5]\d\d(?:-[2-5]\d\d)?(?:,[2-5]\d\d(?:-[2-5]\d\d)?)*$/.test(check.codes))
    throw invalid(`HTTP code '${check.codes}' is not valid`)
}

export const modifyTargetGroup = operation<ModifyTargetGroupInput, ModifyTargetGroupOutput>({
  handles: ['TargetGroupArn', ...checkMembers],
  run({ input, draft, place }) {
    const found = findTargetGroup(draft, place, input.TargetGroupArn)
    const next = { ...found, check: healthCheck(input, found.check) }
    draft.put(place, 'targetGroups', found.arn, next)
    return { TargetGroups: [targetGroupView(next)] }
  },
})

export const describeTargetGroups = operation<DescribeTargetGroupsInput, DescribeTargetGroupsOutput>({
  handles: ['TargetGroupArns', 'Names', 'Marker', 'PageSize'],
  run({ input, draft, place }) {
    const { TargetGroupArns: arns, Names: names } = input
    for (const arn of arns ?? []) findTargetGroup(draft, place, arn)
    const rows = draft.rows(place, 'targetGroups')
    const missing = names?.find((name) => !rows.some((row) => row.name === name))
    if (missing !== undefined) throw notFound()
    const chosen = rows.filter((row) => (!arns?.length || arns.includes(row.arn)) && (!names?.length || names.includes(row.name)))
    const request = { size: input.PageSize, token: input.Marker, largest: 400, badToken: 'ValidationError' }
    const page = pageOf(chosen, ({ arn }) => arn, request)
    return { NextMarker: page.nextToken, TargetGroups: page.rows.map(targetGroupView) }
  },
})

export const deleteTargetGroup = operation<DeleteTargetGroupInput, object>({
  handles: ['TargetGroupArn'],
  run({ input, draft, place }) {
    const arn = input.TargetGroupArn ?? ''
    const isUsed = draft.rows(place, 'groups').some(({ targetGroups }) => targetGroups?.includes(arn))
    if (isUsed) throw new ApiFault('ResourceInUse', `Target group '${arn}' is currently in use by an Auto Scaling group`)
    draft.remove(place, 'targetGroups', arn)
    return {}
  },
})

export const registerTargets = operation<RegisterTargetsInput, object>({
  handles: ['TargetGroupArn', 'Targets.Id', 'Targets.Port'],
  run({ input, draft, place, now }) {
    const found = findTargetGroup(draft, place, input.TargetGroupArn)
    const added = (input.Targets ?? []).map(({ Id: id = '', Port: port = found.port }) => {
      const instance = draft.get(place, 'instances', id)
      if (instance === undefined) throw new ApiFault('InvalidTarget', `The following targets are not valid instances: '${id}'`)
      if (instance.state !== 'running')
        throw new ApiFault('InvalidTarget', `The following targets are not in a running state and cannot be registered: '${id}'`)
      return newTarget(id, port, now)
    })
    const others = found.targets.filter((target) => !added.some((one) => isSame(one, target)))
    draft.put(place, 'targetGroups', found.arn, { ...found, targets: [...others, ...added] })
    return {}
  },
})

export const deregisterTargets = operation<DeregisterTargetsInput, object>({
  handles: ['TargetGroupArn', 'Targets.Id', 'Targets.Port'],
  run({ input, draft, place }) {
    const found = findTargetGroup(draft, place, input.TargetGroupArn)
    draft.put(place, 'targetGroups', found.arn, {
      ...found,
      targets: found.targets.filter((target) => !(input.Targets ?? []).some((asked) => isMeant(asked, target))),
    })
    return {}
  },
})

export const describeTargetHealth = operation<DescribeTargetHealthInput, DescribeTargetHealthOutput>({
  handles: ['TargetGroupArn', 'Targets.Id', 'Targets.Port'],
  run({ input, draft, place }) {
    const { targets, check } = findTargetGroup(draft, place, input.TargetGroupArn)
    const asked = input.Targets
    const chosen = targets.filter((target) => !asked?.length || asked.some((one) => isMeant(one, target)))
    return {
      TargetHealthDescriptions: chosen.map((target) => ({
        Target: { Id: target.instanceId, Port: target.port },
        HealthCheckPort: String(check.port === 'traffic-port' ? target.port : check.port),
        TargetHealth: {
          State: target.state,
          ...(target.reason === undefined
            ? {}
            : { Reason: target.reason.code as 'Target.Timeout', Description: target.reason.description }),
        },
      })),
    }
  },
})

function isSame(a: Target, b: Target): boolean {
  return a.instanceId === b.instanceId && a.port === b.port
}

function isMeant({ Id: id, Port: port }: TargetDescription, target: Target): boolean {
  return target.instanceId === id && (port === undefined || target.port === port)
}

export function findTargetGroup(draft: Draft, place: PlaceKey, arn: string | undefined): TargetGroup {
  const found = draft.get(place, 'targetGroups', arn ?? '')
  if (found === undefined) throw notFound()
  return found
}

function notFound(): ApiFault {
  return new ApiFault('TargetGroupNotFound', 'One or more target groups not found')
}

function invalid(message: string): ApiFault {
  return new ApiFault('ValidationError', message)
}

function targetGroupView({ arn, name, vpcId, protocol, port, check }: TargetGroup): WireTargetGroup {
  return {
    TargetGroupArn: arn,
    TargetGroupName: name,
    Protocol: protocol as 'HTTP',
    Port: port,
    VpcId: vpcId,
    HealthCheckProtocol: check.protocol,
    HealthCheckPort: String(check.port),
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    LoadBalancerArns: [],
    TargetType: 'instance',
    IpAddressType: 'ipv4',
    ...(check.protocol === 'HTTP' ? { HealthCheckPath: check.path, Matcher: { HttpCode: check.codes } } : {}),
  }
}
