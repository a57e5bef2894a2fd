// The shape of every event a record may hold.

import { z } from 'zod'
import { policySchema, unavailableLimit } from './policy-schema.ts'

const text = z.string()
const list = <T extends z.ZodType>(item: T) => z.array(item)
const count = z.int().nonnegative()
const sha256 = text.regex(/^[0-9a-f]{64}$/)

const architecture = z.enum(['x86_64', 'arm64'])

const configOrigin = z.strictObject({ commit: text, author: text, reviewers: list(text), dirty: z.boolean(), digest: text })

const nodeBase = z.strictObject({ kubernetes: text, parameter: text, releaseVersion: text, distribution: text })
const pinnedBase = z.strictObject({
  architecture,
  imageId: text,
  name: text,
  ownerAccount: text,
  createdAt: text,
  node: z.exactOptional(nodeBase),
})

const bakedImage = z.strictObject({ architecture, imageId: text, name: text, region: text })

/** Who can write to the store could name any file: another runner writes evidence to where its path says. */
const pathBelow = text.regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\0]+$/, 'it must lie below the folder of evidence')

const evidence = list(z.strictObject({ path: pathBelow, sha256 }))

const counts = z.strictObject({
  passed: count,
  fixed: count,
  failed: count,
  error: count,
  unknown: count,
  waived: count,
  disputed: count,
  notJudged: count,
  notApplicable: count,
  notChecked: count,
  deselected: count,
  informational: count,
})

const standings = list(z.strictObject({ architecture, rules: z.record(text, list(text)) }))

const group = z.strictObject({ stage: text, region: text, group: text })

const template = { templateId: text, version: count }

const updatesLost = z.strictObject({
  architecture,
  left: text,
  changed: z.exactOptional(count),
  security: z.exactOptional(count),
  packages: list(text),
  unknown: z.exactOptional(text),
})
const builtRelease = {
  release: text,
  images: list(bakedImage),
  copies: list(z.strictObject({ region: text, architecture, imageId: text })),
  before: counts,
  after: counts,
  counts,
  standings: z.exactOptional(standings),
}

const agedGroup = z.strictObject({ group, oldestLaunchAt: z.iso.datetime(), maxAgeMs: count })

const scope = z.strictObject({ family: z.exactOptional(text), stage: z.exactOptional(text), group: z.exactOptional(text) })

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape })

export const eventSchema = z.discriminatedUnion('type', [
  event('release.opened', {
    family: text,
    lane: z.enum(['weekly', 'emergency', 'undo', 'renewal']),
    reason: z.exactOptional(text),
    fixes: z.exactOptional(list(text)),
    openedBy: text,
    drill: z.exactOptional(z.literal(true)),
    rehearsal: z.boolean(),
    config: configOrigin,
    policy: policySchema,
    bases: list(pinnedBase),
    machines: z.exactOptional(list(z.strictObject({ group, machines: count }))),
    returnsTo: z.exactOptional(
      z.strictObject({ ...builtRelease, lost: list(text), updates: z.exactOptional(list(updatesLost)) }),
    ),
    renews: z.exactOptional(z.strictObject({ ...builtRelease, groups: list(agedGroup) })),
  }),
  event('bake.intended', { token: text }),
  event('bake.finished', { images: list(bakedImage), before: counts, after: counts, evidence }),
  event('bake.failed', { cause: text }),
  event('verify.intended', { token: text }),
  event('verify.finished', {
    verdict: z.enum(['pass', 'refuse']),
    reasons: list(text),
    counts,
    standings: z.exactOptional(standings),
    fixes: z.exactOptional(list(z.strictObject({ architecture, fix: text, proven: z.boolean(), evidence: text }))),
    evidence,
  }),
  event('verify.failed', { cause: text }),
  event('copy.intended', { region: text, architecture, token: text }),
  event('copy.started', { region: text, architecture, imageId: text, sourceImageId: text }),
  event('copy.finished', { region: text, architecture, imageId: text }),
  event('copy.failed', { region: text, architecture, cause: text }),
  event('share.finished', { region: text, account: text, imageId: text, untagged: z.exactOptional(text) }),
  event('share.failed', { region: text, account: text, imageId: text, cause: text }),
  event('approval.requested', { stage: text }),
  event('approval.granted', { stage: text, by: text, reason: text }),
  event('approval.denied', { stage: text, by: text, reason: text }),
  event('roll.intended', {
    group,
    imageId: text,
    previous: z.strictObject({ ...template, imageId: z.exactOptional(text) }),
    token: text,
    afterRefreshId: z.exactOptional(text),
    previousLimit: z.exactOptional(unavailableLimit),
  }),
  event('roll.started', {
    group,
    template: z.strictObject(template),
    refreshId: text,
    parameterVersion: z.exactOptional(count),
  }),
  event('roll.finished', { group, refreshId: text, replaced: count }),
  event('roll.awaits-hand', { group }),
  event('roll.awaits-room', { group, cause: text }),
  event('roll.ordered', { group, by: text }),
  event('roll.watched', { group, during: z.enum(['roll', 'undo']) }),
  event('hook.finished', {
    group,
    during: z.enum(['roll', 'undo']),
    when: z.enum(['before', 'after']),
    hook: text,
    ok: z.boolean(),
    detail: text,
  }),
  event('roll.refused', { group, cause: text, hint: text }),
  event('roll.failed', { group, cause: text, undone: z.boolean() }),
  event('undo.intended', { group, token: text }),
  event('undo.finished', { group, refreshId: text }),
  event('undo.failed', { group, cause: text }),
  event('soak.started', { stage: text, until: z.iso.datetime() }),
  event('test.finished', {
    stage: text,
    round: z.enum(['start', 'during', 'end']),
    test: text,
    ok: z.boolean(),
    detail: text,
    drift: z.exactOptional(list(z.strictObject({ region: text, group: text, machine: text, rules: list(text) }))),
  }),
  event('placing.failed', { stage: text, cause: text }),
  event('stage.placed', {
    stage: text,
    waves: list(z.strictObject({ name: text, groups: list(z.strictObject({ region: text, name: text })) })),
  }),
  event('exposure.measured', { stage: text, machines: count }),
  event('soak.finished', { stage: text }),
  event('fleet.checked', {
    exposed: list(z.strictObject({ group, instance: text, imageId: text })),
    unasked: list(text),
    reverted: z.exactOptional(list(z.strictObject({ group, imageId: text, version: text }))),
  }),
  event('projection.late', {
    step: text,
    projected: z.iso.datetime(),
    due: z.iso.datetime(),
    lever: z.exactOptional(z.strictObject({ limit: text, buysMs: z.number() })),
  }),
  event('reminder.given', { groups: list(group) }),
  event('release.finished', { openToProductionMs: z.number(), openToProductionWallMs: z.number() }),
  event('release.failed', { cause: text }),
  event('release.refused', { reasons: list(text) }),
  event('release.superseded', { by: text }),
  event('image.permissions-saved', { region: text, imageId: text, permissions: list(text) }),
  event('image.retired', { region: text, imageId: text, step: z.enum(['deprecated', 'disabled', 'deregistered']) }),
  event('image.restored', { region: text, imageId: text }),
  event('hold.placed', { scope, by: text, reason: text }),
  event('hold.lifted', { scope, by: text, reason: text }),
  event('release.revoked', { releaseId: text, by: text, reason: text }),
  event('release.restored', { releaseId: text, by: text, reason: text }),
  event('group.migration-ordered', { group, from: text, by: text, reason: text }),
  event('group.migrated', { group, from: text, template: z.strictObject(template), by: text, reason: text }),
])
