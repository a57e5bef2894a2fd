// Target groups of a load balancer: which instances it would send requests to, and what its health checks found.

import type { HealthSeen } from '../machines/types.ts'
import type { Tags } from './tags.ts'

export interface TargetGroup {
  readonly arn: string
  readonly name: string
  readonly vpcId: string
  readonly protocol: string
  readonly port: number
  readonly check: HealthCheck
  readonly targets: readonly Target[]
  readonly tags: Tags
}

export interface HealthCheck {
  readonly protocol: 'HTTP' | 'TCP'
  /** A number, or the port on which the target gets its requests. */
  readonly port: number | 'traffic-port'
  readonly path: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** Codes that are well, as written: `200`, `200,202` or `200-399`. */
  readonly codes: string
}

export interface Target {
  readonly instanceId: string
  readonly port: number
  /** The Auto Scaling group that registered it, and takes it out. */
  readonly group?: string
  readonly state: TargetState
  /** AWS's code for a state that is not healthy, with its sentence. */
  readonly reason?: { readonly code: string; readonly description: string }
  /** Checks in a row that came out as the last one did. */
  readonly passed: number
  readonly failed: number
  readonly nextCheckAt: number
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy'

/**
 * The target after a check. "After a target is registered, it must pass one health check to be considered healthy"; from then on the thresholds
 * count checks in a row [doc: target-group-health-checks].
 */
export function afterCheck(target: Target, check: HealthCheck, observed: HealthSeen, now: number): Target {
  const reason = failureOf(check, observed)
  const counted = reason === undefined ? { passed: target.passed + 1, failed: 0 } : { passed: 0, failed: target.failed + 1 }
  const { reason: _reason, ...rest } = target
  const next = { ...rest, ...counted, nextCheckAt: now + check.intervalSeconds * 1_000 }
  const needed = target.state === 'initial' ? 1 : check.healthyThreshold
  if (counted.passed >= needed || (target.state === 'healthy' && counted.failed < check.unhealthyThreshold))
    return { ...next, state: 'healthy' }
  if (counted.failed >= check.unhealthyThreshold && reason !== undefined) return { ...next, state: 'unhealthy', reason }
  return { ...next, state: target.state, ...(target.reason === undefined ? {} : { reason: target.reason }) }
}

function failureOf(check: HealthCheck, observed: HealthSeen): Target['reason'] {
  if (observed.kind === 'timed-out') return { code: 'Target.Timeout', description: 'Request timed out' }
  if (observed.kind === 'refused') return { code: 'Target.FailedHealthChecks', description: 'Health checks failed' }
  if (observed.status === undefined || isWell(check.codes, observed.status)) return undefined
  const description = `Health checks failed with these codes: [${observed.status}]`
  return { code: 'Target.ResponseCodeMismatch', description }
}

function isWell(codes: string, status: number): boolean {
  return codes.split(',').some((part) => {
    const [from = '', to = from] = part.split('-')
    return status >= Number(from) && status <= Number(to)
  })
}

/** A state that has just begun: nothing is known of the target. */
export function newTarget(instanceId: string, port: number, now: number, group?: string): Target {
  return {
    instanceId,
    port,
    state: 'initial',
    reason: { code: 'Elb.InitialHealthChecking', description: 'Initial health checks in progress' },
    passed: 0,
    failed: 0,
    nextCheckAt: now,
    ...(group === undefined ? {} : { group }),
  }
}
