// One group in one account, held in memory: just enough Auto Scaling to kill a roll at every call it makes.

import type {
  Cloud,
  CloudAt,
  CloudFailure,
  GroupState,
  InstanceRefresh,
  MachineImage,
  ScalingActivity,
  TemplateVersionDetail,
} from '../../pipeline/ports/index.ts'
import { aFailedLaunch, aGroup, anImage, anInstance, aTemplate, isoAt, oldImage, templateId } from './groups.ts'

export interface SmallCloud {
  readonly cloud: Cloud
  /** Every verb that was carried out, in order. */
  readonly calls: readonly (keyof CloudAt)[]
  readonly group: GroupState
  readonly versions: readonly TemplateVersionDetail[]
  readonly refreshes: readonly InstanceRefresh[]
  /** What happens instead of, or after, the call of that number (from 1). */
  disturb(callNumber: number, how: 'dies before' | 'dies after' | 'loses the answer', verb?: keyof CloudAt): void
}

export class RunnerDied extends Error {
  override readonly name = 'RunnerDied'
}

/** The refresh moves on by one instance each time it is looked at. An image in `broken` never gets an instance up. */
export function aSmallCloud({
  group: beginning = aGroup(),
  images = [anImage(), anImage({ id: oldImage })],
  broken = [],
  irreversible = false,
}: {
  group?: GroupState
  images?: readonly MachineImage[]
  broken?: readonly string[]
  irreversible?: boolean
} = {}): SmallCloud {
  let group = beginning
  let versions: readonly TemplateVersionDetail[] = [aTemplate()]
  let refreshes: readonly InstanceRefresh[] = []
  let activities: readonly ScalingActivity[] = []
  let nextInstance = 10
  const calls: (keyof CloudAt)[] = []
  const tokens = new Map<string, TemplateVersionDetail>()
  let disturbance: { at: number; how: string; verb: keyof CloudAt | undefined } | undefined

  const active = () => refreshes.find(({ status }) => status === 'InProgress' || status === 'RollbackInProgress')
  const change = (over: Partial<InstanceRefresh>) => {
    const [latest, ...rest] = refreshes
    if (latest !== undefined) refreshes = [{ ...latest, ...over }, ...rest]
  }

  const step = () => {
    const refresh = active()
    if (refresh === undefined || !('version' in group.launchSource)) return
    const goingBack = refresh.status === 'RollbackInProgress'
    const version = Number(goingBack ? group.launchSource.version : refresh.desired?.version)
    const image = versions.find((candidate) => candidate.version === version)?.imageId ?? ''
    const stale = group.instances.find((instance) => instance.template?.version !== version)
    if (stale !== undefined && broken.includes(image)) {
      activities = [aFailedLaunch(activities.length + 1, 'Client.InternalError: Client error on launch'), ...activities]
      return
    }
    if (stale !== undefined) {
      const fresh = anInstance(nextInstance++, version)
      group = { ...group, instances: [...group.instances.filter((instance) => instance !== stale), fresh] }
      return
    }
    if (!goingBack) group = { ...group, launchSource: { ...group.launchSource, version: String(version) } }
    const status = goingBack ? 'RollbackSuccessful' : 'Successful'
    change({ status, percentageComplete: 100, instancesToUpdate: 0 })
  }

  const verbs: Partial<CloudAt> = {
    describeGroups: async (names) => ok(names.includes(group.name) ? [group] : []),
    describeTemplateVersion: async (id, version) => {
      const found = versions.find((candidate) => id === templateId && String(candidate.version) === version)
      return found === undefined ? notFound(`${id} ${version}`) : ok(found)
    },
    createTemplateVersion: async ({ source, imageId, description, clientToken }) => {
      const base = versions.find(({ version }) => version === source.version)
      if (base === undefined) return notFound(`${source.templateId} ${source.version}`)
      const made = tokens.get(clientToken) ?? { ...base, version: (versions[0]?.version ?? 0) + 1, imageId, description }
      if (!tokens.has(clientToken)) versions = [made, ...versions]
      tokens.set(clientToken, made)
      return ok(made)
    },
    describeImage: async (imageId) => {
      const found = images.find(({ id }) => id === imageId)
      return found === undefined ? notFound(imageId) : ok(found)
    },
    alarms: async (names) => ok(names.map((name) => ({ name, state: 'OK', reason: '' }))),
    alarmHistory: async () => ok(undefined),
    lifecycleHooks: async () => ok([]),
    subnets: async (ids) => ok(ids.map((id) => ({ id, zone: 'eu-west-1a', freeAddresses: 200 }))),
    everyInstance: async () => ok([]),
    describeRefreshes: async () => {
      step()
      return ok(refreshes)
    },
    scalingActivities: async () => ok(activities),
    startRefresh: async (_, desired) => {
      if (desired === undefined) throw new Error('started without saying where to')
      if (active() !== undefined) return failure('conflict', 'InstanceRefreshInProgress')
      const refreshId = `refresh-${refreshes.length + 1}`
      const wanted = { templateId: desired.templateId, version: desired.version }
      const fresh: InstanceRefresh = {
        id: refreshId,
        status: 'InProgress',
        percentageComplete: 0,
        instancesToUpdate: 2,
        startedAt: isoAt(0),
        desired: wanted,
      }
      refreshes = [fresh, ...refreshes]
      return ok({ refreshId })
    },
    rollbackRefresh: async () => {
      if (active() === undefined) return failure('not-found', 'ActiveInstanceRefreshNotFound')
      if (irreversible) return failure('unsupported', 'IrreversibleInstanceRefresh')
      change({ status: 'RollbackInProgress' })
      return ok(undefined)
    },
    cancelRefresh: async () => {
      change({ status: 'Cancelled' })
      return ok(undefined)
    },
  }

  const disturbed = async (verb: keyof CloudAt, call: () => Promise<unknown>): Promise<unknown> => {
    const due = disturbance !== undefined && calls.length + 1 >= disturbance.at && (disturbance.verb ?? verb) === verb
    const how = due ? disturbance?.how : undefined
    if (due) disturbance = undefined
    if (how === 'dies before') throw new RunnerDied()
    calls.push(verb)
    const answer = await call()
    if (how === 'dies after') throw new RunnerDied()
    return how === 'loses the answer' ? failure('unavailable', 'TimeoutError') : answer
  }

  const at = new Proxy({} as CloudAt, {
    get: (_, verb: keyof CloudAt) => {
      const known = verbs[verb] as ((...parameters: unknown[]) => Promise<unknown>) | undefined
      if (known === undefined) throw new Error(`a roll has no business with ${verb}`)
      return (...parameters: unknown[]) => disturbed(verb, () => known(...parameters))
    },
  })

  return {
    cloud: {
      at: () => at,
      environmentFor: async () => failure('unsupported', 'NoChildren'),
      lend: async () => failure('unsupported', 'NoChildren'),
    },
    calls,
    get group() {
      return group
    },
    get versions() {
      return versions
    },
    get refreshes() {
      return refreshes
    },
    disturb: (callNumber, how, verb) => {
      disturbance = { at: callNumber, how, verb }
    },
  }
}

function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value }
}

function notFound(what: string): CloudFailure {
  return { ok: false, kind: 'not-found', code: 'NotFound', message: `there is no ${what}` }
}

function failure(kind: CloudFailure['kind'], code: string): CloudFailure {
  return { ok: false, kind, code, message: `it ended in ${code}` }
}
