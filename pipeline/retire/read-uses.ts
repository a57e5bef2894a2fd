// What would launch an image or runs it, asked of every configured account and region.

import type { Cloud, CloudAt, CloudOutcome, FleetInstance, GroupState, Place } from '../ports/index.ts'

/** `why`: what uses it, as it stands in the table: `in use by i-… and 2 more machines in account/region`. */
export interface Use {
  readonly region: string
  readonly imageId: string
  readonly why: string
}

/** A launch template that may launch whatever image its account may, in its region: nobody can tell which. */
export interface Unresolved {
  readonly account: string
  readonly region: string
  /** `account/region/ID`, as `retention.leaveOut` names it. */
  readonly template: string
  /** Which it is, why nobody can tell, and how it is left out. */
  readonly why: string
}

export interface Uses {
  readonly found: readonly Use[]
  /** Accounts and regions that gave no answer, a sentence each: what they use is not known. */
  readonly unasked: readonly string[]
  readonly unresolved: readonly Unresolved[]
}

export interface EveryUse extends Uses {
  /** Launch templates by whose latest or default version somebody may launch it, be there a group or none. */
  readonly templates: Uses
}

/** One place after the other: the accounts' calls are their users' too. `leaveOut`: templates that need not be resolved. */
export async function readUses(cloud: Cloud, places: readonly Place[], leaveOut: readonly string[] = []): Promise<EveryUse> {
  const uses: Uses[] = []
  const templates: Uses[] = []
  for (const place of places) {
    const read = await readPlace(cloud.at(place))
    if (!read.ok) uses.push({ ...nothing, unasked: [`${nameOf(place)}: ${read.message}`] })
    else {
      uses.push(read.value)
      templates.push(await readTemplates(cloud.at(place)))
    }
  }
  return { ...together(uses, leaveOut), templates: together(templates, leaveOut) }
}

const nothing: Uses = { found: [], unasked: [], unresolved: [] }

function together(uses: readonly Uses[], leaveOut: readonly string[] = []): Uses {
  return {
    found: uses.flatMap(({ found }) => found),
    unasked: uses.flatMap(({ unasked }) => unasked),
    unresolved: uses.flatMap(({ unresolved }) => unresolved.filter(({ template }) => !leaveOut.includes(template))),
  }
}

/** What a template launches. One that is gone launches nothing, nor does one without an image. */
function launchedBy(at: CloudAt, templateId: string, why: string, image: CloudOutcome<string | undefined>): Uses {
  if (!image.ok) {
    if (image.kind === 'not-found') return nothing
    return { ...nothing, unresolved: [unresolvedAt(at.place, templateId, `${why}: ${image.message}`)] }
  }
  const imageId = image.value
  if (imageId === undefined) return nothing
  if (imageId.startsWith('ami-')) return { ...nothing, found: [{ region: at.place.region, imageId, why }] }
  return { ...nothing, unresolved: [unresolvedAt(at.place, templateId, `${why}: nobody can tell which image ${imageId} is`)] }
}

function unresolvedAt({ account, region }: Place, templateId: string, why: string): Unresolved {
  const template = `${account}/${region}/${templateId}`
  const wayOut = `name an image in it, give the role there ssm:GetParameters, or leave it out: retention.leaveOut: [${template}]`
  return { account, region, template, why: `${why}; ${wayOut}` }
}

export function nameOf({ account, region }: Place): string {
  return `${account}/${region}`
}

async function readPlace(at: CloudAt): Promise<CloudOutcome<Uses>> {
  const { region } = at.place
  const instances = await at.everyInstance()
  if (!instances.ok) return instances
  const configurations = await at.launchConfigurations()
  if (!configurations.ok) return configurations
  const groups = await at.everyGroup()
  if (!groups.ok) return groups
  const here = nameOf(at.place)
  const found: Use[] = [
    ...machinesOf(instances.value).map(([imageId, who]) => ({ region, imageId, why: `in use by ${who} in ${here}` })),
    ...configurations.value.map(({ name, imageId }) => ({ region, imageId, why: `launch configuration ${name} in ${here}` })),
  ]
  const launched: Uses[] = []
  const known = new Map<string, CloudOutcome<string | undefined>>()
  for (const group of groups.value) {
    const launches = await launchesOf(at, group)
    if (!launches.ok) return launches
    for (const { templateId, version } of launches.value.templates) {
      const key = `${templateId} ${version}`
      const image = known.get(key) ?? (await at.launchedImage(templateId, version))
      known.set(key, image)
      const why = `launch template ${templateId} version ${version} used by group ${group.name} in ${here}`
      launched.push(launchedBy(at, templateId, why, image))
    }
    const why = `override of group ${group.name} in ${here}`
    launched.push({ ...nothing, found: launches.value.images.map((imageId) => ({ region, imageId, why })) })
  }
  return { ok: true, value: together([{ ...nothing, found }, ...launched]) }
}

async function readTemplates(at: CloudAt): Promise<Uses> {
  const versions = await at.everyTemplate()
  if (!versions.ok) return { ...nothing, unasked: [`${nameOf(at.place)}: ${versions.message}`] }
  const launched: Uses[] = []
  const byVersion = new Map(versions.value.map((one) => [`${one.templateId} ${one.version}`, one]))
  for (const { templateId, templateName, version, imageId: written } of byVersion.values()) {
    const why = `version ${version} of launch template ${templateName} in ${nameOf(at.place)}, its latest or default`
    const image = await imageOf(at, templateId, version, written)
    launched.push(launchedBy(at, templateId, why, image))
  }
  return together(launched)
}

/** What stands for an image by the name of a parameter is looked up. */
async function imageOf(
  at: CloudAt,
  templateId: string,
  version: number,
  written: string | undefined,
): Promise<CloudOutcome<string | undefined>> {
  if (written === undefined || written.startsWith('ami-')) return { ok: true, value: written }
  return at.launchedImage(templateId, String(version))
}

/** By image, a thousand machines in a few words. */
function machinesOf(instances: readonly FleetInstance[]): readonly (readonly [imageId: string, who: string])[] {
  return [...new Set(instances.map(({ imageId }) => imageId))].map((imageId) => {
    const [first, ...others] = instances.filter((one) => one.imageId === imageId)
    const more = others.length === 0 ? '' : ` and ${others.length} more ${others.length === 1 ? 'machine' : 'machines'}`
    return [imageId, `${first?.id}${more}`]
  })
}

interface Launches {
  readonly templates: readonly { readonly templateId: string; readonly version: string }[]
  readonly images: readonly string[]
}

/** What it launches from now, and what a refresh under way moves it to. */
async function launchesOf(at: CloudAt, { name, launchSource: source }: GroupState): Promise<CloudOutcome<Launches>> {
  const refreshes = await at.describeRefreshes(name)
  if (!refreshes.ok) return refreshes
  const own = 'templateId' in source ? [{ templateId: source.templateId, version: source.version }] : []
  const overrides = source.kind === 'mixed' ? (source.overrideTemplates ?? []) : []
  const desired = refreshes.value.filter(({ endedAt }) => endedAt === undefined).flatMap((refresh) => refresh.desired ?? [])
  const images = source.kind === 'mixed' ? (source.overrideImages ?? []) : []
  return { ok: true, value: { templates: [...own, ...overrides, ...desired], images } }
}
