// The shape of the policy that a release carries from its opening.

import { z } from 'zod'
import { weekdays } from '../release/index.ts'

const text = z.string()
const durationMs = z.int().nonnegative()
const percentage = z.int().min(0).max(200)

const rollPolicy = z.strictObject({
  minHealthyPercentage: percentage,
  maxHealthyPercentage: percentage,
  instanceWarmupMs: durationMs,
  checkpointPercentages: z.array(percentage),
  checkpointDelayMs: durationMs,
  bakeTimeMs: z.exactOptional(durationMs),
  deadlineMs: durationMs,
  alarms: z.array(text),
})

const testPolicy = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    name: text,
    port: z.int(),
    path: text,
    expectStatus: z.int(),
    timeoutMs: durationMs,
  }),
  z.strictObject({ kind: z.literal('machine'), name: text, script: text, timeoutMs: durationMs }),
  z.strictObject({ kind: z.literal('drift'), name: text, allow: z.array(text), timeoutMs: durationMs }),
  z.strictObject({
    kind: z.literal('findings'),
    name: text,
    source: z.enum(['inspector', 'guardduty']),
    atMost: z.strictObject({ critical: z.int(), high: z.int() }),
    timeoutMs: durationMs,
  }),
  z.strictObject({
    kind: z.literal('cluster'),
    name: text,
    access: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('eks'), cluster: text }),
      z.strictObject({ kind: z.literal('kubeconfig'), file: text }),
    ]),
    groups: z.array(z.strictObject({ region: text, name: text })),
    namespace: text,
    image: text,
    lookUp: z.array(text),
    timeoutMs: durationMs,
  }),
  z.strictObject({ kind: z.literal('program'), name: text, argv: z.tuple([text], text), timeoutMs: durationMs }),
])

const namedSecret = z.strictObject({ kind: z.enum(['environment', 'parameter']), name: text })

const hookPolicy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('program'), name: text, argv: z.tuple([text], text), timeoutMs: durationMs }),
  z.strictObject({
    kind: z.literal('webhook'),
    name: text,
    url: z.union([text, namedSecret]),
    secret: namedSecret,
    timeoutMs: durationMs,
  }),
])

export const unavailableLimit = z.union([
  z.strictObject({ maxUnavailable: z.int().positive() }),
  z.strictObject({ maxUnavailablePercentage: z.int().positive() }),
])

const wavePolicy = z.strictObject({
  name: text,
  tags: z.exactOptional(z.record(text, text)),
  groups: z.array(
    z.strictObject({
      name: text,
      region: text,
      architecture: z.exactOptional(z.enum(['x86_64', 'arm64'])),
      nodeGroup: z.exactOptional(
        z.strictObject({ cluster: text, name: text, force: z.boolean(), limit: z.exactOptional(unavailableLimit) }),
      ),
      karpenter: z.exactOptional(z.strictObject({ cluster: text, nodeClass: text })),
      parameter: z.exactOptional(text),
      withoutHealth: z.exactOptional(text),
      nodeHooks: z.exactOptional(z.strictObject({ launch: text, readyWithinMs: durationMs, drainMs: durationMs })),
      maxAgeMs: z.exactOptional(durationMs),
      roll: rollPolicy,
    }),
  ),
})

const calendarPolicy = z.strictObject({
  overridden: z.boolean(),
  windows: z.array(z.strictObject({ days: z.array(z.enum(weekdays)), from: text, to: text, timeZone: text })),
  freezes: z.array(z.strictObject({ from: z.iso.date(), to: z.iso.date(), timeZone: text, reason: text })),
})

const stagePolicy = z.strictObject({
  name: text,
  account: text,
  role: z.exactOptional(text),
  kmsKeyIds: z.exactOptional(z.record(text, text)),
  approval: z.enum(['none', 'required']),
  approvers: z.exactOptional(z.strictObject({ by: z.array(text), notOpener: z.boolean() })),
  calendar: z.exactOptional(calendarPolicy),
  soak: z.strictObject({
    durationMs,
    instanceHours: z.exactOptional(z.int().positive()),
    tests: z.array(testPolicy),
    testEveryMs: durationMs,
    alarms: z.array(text),
  }),
  hooks: z.exactOptional(z.strictObject({ before: z.array(hookPolicy), after: z.array(hookPolicy) })),
  waves: z.array(wavePolicy),
})

export const policySchema = z.strictObject({
  lane: z.enum(['weekly', 'emergency', 'undo', 'renewal']),
  withinMs: z.exactOptional(durationMs),
  home: z.strictObject({ account: text, region: text, role: z.exactOptional(text) }),
  kmsKeyIds: z.record(text, text),
  organisationArn: z.exactOptional(text),
  copyDeadlineMs: z.exactOptional(durationMs),
  stages: z.array(stagePolicy),
})
