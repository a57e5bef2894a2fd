// What drover reads of a cluster's API, and how much of it: whoever answers may be anybody.

import { z } from 'zod'

/** A name of the API's: nothing that a path or a selector could be broken with. */
const name = z.string().regex(/^[a-z0-9](?:[a-z0-9.:-]{0,251}[a-z0-9])?$/)
/** A code such as `ImagePullBackOff`. */
const code = z.string().regex(/^\w{0,100}$/)
/** Sentences are told to people: one line, and not a long one. */
const sentence = z.string().transform(oneLine)
const count = z.int().nonnegative()
/** Of things within one thing. */
const few = 1_000

const condition = z.object({
  type: z.string().max(316),
  status: code,
  reason: z.string().transform(oneLine).nullish(),
  message: sentence.nullish(),
})

const taint = z.object({
  key: z.string().max(316),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
})

export const nodeShape = z.object({
  metadata: z.object({ name }),
  spec: z.object({
    providerID: z.string().max(500).nullish(),
    unschedulable: z.boolean().nullish(),
    taints: z.array(taint).max(few).nullish(),
  }),
  status: z.object({ conditions: z.array(condition).max(few).nullish() }),
})
export type Node = z.infer<typeof nodeShape>

export const daemonSetShape = z.object({
  metadata: z.object({ name, namespace: name, uid: z.string().max(100) }),
  spec: z.object({ selector: z.object({ matchLabels: z.record(z.string().max(316), z.string().max(63)).nullish() }) }),
  status: z.object({ desiredNumberScheduled: count, numberReady: count }),
})
export type DaemonSet = z.infer<typeof daemonSetShape>

const nodeField = z.object({ key: z.string().max(316), values: z.array(name).max(few).nullish() })
const nodeAffinity = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: z
    .object({ nodeSelectorTerms: z.array(z.object({ matchFields: z.array(nodeField).max(few).nullish() })).max(few) })
    .nullish(),
})

const containerState = z.object({
  waiting: z.object({ reason: code.nullish(), message: sentence.nullish() }).nullish(),
  terminated: z.object({ exitCode: z.int(), reason: code.nullish(), message: sentence.nullish() }).nullish(),
})

export const podShape = z.object({
  metadata: z.object({
    name,
    creationTimestamp: z.iso.datetime({ offset: true }).nullish(),
    ownerReferences: z
      .array(z.object({ uid: z.string().max(100) }))
      .max(few)
      .nullish(),
  }),
  spec: z.object({ nodeName: name.nullish(), affinity: z.object({ nodeAffinity: nodeAffinity.nullish() }).nullish() }),
  status: z.object({
    phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']).nullish(),
    reason: code.nullish(),
    message: sentence.nullish(),
    conditions: z.array(condition).max(few).nullish(),
    containerStatuses: z
      .array(z.object({ state: containerState.nullish() }))
      .max(few)
      .nullish(),
  }),
})
export type Pod = z.infer<typeof podShape>

/** An answer that is a refusal, in the API's own words. */
export const statusShape = z.object({ kind: z.literal('Status'), message: sentence.nullish(), reason: code.nullish() })

/** At most the asked number of items a page; `continue` leads to the next. */
export function pageShape<Item extends z.ZodType>(item: Item, most: number) {
  return z.object({
    metadata: z.object({ continue: z.string().max(10_000).nullish() }).nullish(),
    items: z.array(item).max(most).nullish(),
  })
}

/** Without what could make it look like another text. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 1_000)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}
