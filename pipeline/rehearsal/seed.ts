// Fills a new local cloud: the vendor's base image, and everything the world file names, in every stage's account.

import type { Config } from '../config/index.ts'
import { assert, type Problem, ProblemError } from '../kernel/index.ts'
import type { Place, Random } from '../ports/index.ts'
import { placeOf } from '../release/index.ts'
import type { World } from './world.ts'

/** What seeding asks of the cloud; the AWS adapter's world builder fits it. */
export interface Builder {
  ensureKeyPair(place: Place, name: string, publicKey: string): Promise<void>
  ensureGroup(
    place: Place,
    group: {
      readonly name: string
      readonly imageId: string
      readonly instanceType: string
      readonly instanceProfile: string
      readonly keyName: string
      readonly minSize: number
      readonly maxSize: number
      readonly desiredCapacity: number
      readonly openPorts: readonly number[]
    },
  ): Promise<void>
  putParameter(place: Place, name: string, value: string, secret: boolean): Promise<void>
  putAlarm(place: Place, name: string): Promise<void>
}

/** What only the operator of the local cloud can make. */
export interface CloudOperator {
  /** `organisationArn`: the organisation it belongs to. */
  addAccount(id: string, organisationArn: string | undefined): Promise<void>
  addInstanceProfile(account: string, name: string): Promise<void>
  /** A customer-managed key, by ID, ARN or alias; the other accounts' groups may launch what it encrypts. */
  addKmsKey(place: Place, name: string, accounts: readonly string[]): Promise<void>
}

/** The key pair of every group's machines. */
const operatorKeyName = 'operator'

export interface SeedRequest {
  readonly config: Config
  readonly world: World
  readonly builder: Builder
  readonly cloud: CloudOperator
  /** In the form of an authorized_keys line. */
  readonly operatorKey: string
  readonly random: Random
  /** The base image's ID in a region, as the families' groups run it before the first release. */
  readonly baseImageIn: (region: string) => string
  log(line: string): void
}

/** Throws ProblemError when the world lacks a group the configuration rolls, or has one it does not know. */
export async function seed(request: SeedRequest): Promise<void> {
  const { config, world, builder } = request
  const problems = [...missingGroups(config, world), ...strangeGroups(config, world)]
  if (problems.length > 0) throw new ProblemError(problems)
  const { organisationArn } = config.images
  const owned = new Set(placesOf(config).map(({ account }) => account))
  for (const account of owned) await request.cloud.addAccount(account, organisationArn)
  const accounts = [...new Set(groupsOf(config).map(({ place }) => place.account))]
  for (const [region, name] of Object.entries(config.images.kmsKeyIds)) {
    await request.cloud.addKmsKey({ account: config.images.account, region }, name, accounts)
  }
  for (const place of placesOf(config)) {
    const profiles = [world.instanceProfile, config.images.instanceProfile].filter((name) => name !== undefined)
    for (const profile of profiles) await request.cloud.addInstanceProfile(place.account, profile)
    await builder.ensureKeyPair(place, operatorKeyName, request.operatorKey)
    for (const [name, value] of Object.entries(world.parameters)) {
      const secret = typeof value !== 'string'
      await builder.putParameter(place, name, secret ? request.random.hex(48) : value, secret)
    }
  }
  for (const { stage, place, name, alarms } of groupsOf(config)) {
    for (const alarm of alarms) await builder.putAlarm(place, alarm)
    const size = world.groups[stage]?.[`${place.region}/${name}`]
    assert(size, `${place.region}/${name} of ${stage} was found missing before`)
    await builder.ensureGroup(place, {
      name,
      imageId: request.baseImageIn(place.region),
      instanceType: 't3.small',
      instanceProfile: world.instanceProfile,
      keyName: operatorKeyName,
      minSize: size.min,
      maxSize: size.max,
      desiredCapacity: size.desired,
      openPorts: world.openPorts,
    })
    request.log(`${stage} ${place.region}/${name}: ${size.desired} machine${size.desired === 1 ? '' : 's'} on the base image`)
  }
}

interface SeededGroup {
  readonly stage: string
  readonly place: Place
  readonly name: string
  readonly alarms: readonly string[]
}

function groupsOf(config: Config): readonly SeededGroup[] {
  return config.families.flatMap(({ policies }) =>
    policies.weekly.stages.flatMap((stage) =>
      stage.waves.flatMap(({ groups }) =>
        groups.map(({ name, region, roll }) => ({
          stage: stage.name,
          place: placeOf(stage, { region }),
          name,
          alarms: [...new Set([...stage.soak.alarms, ...roll.alarms])],
        })),
      ),
    ),
  )
}

/** Every account and region that runs machines, the images' own (fresh machines enrol too) included. */
function placesOf(config: Config): readonly Place[] {
  const { account, region, role } = config.images
  const places: Place[] = [{ account, region, ...(role ? { role } : {}) }, ...groupsOf(config).map(({ place }) => place)]
  return [...new Map(places.map((place) => [`${place.account}/${place.region}`, place])).values()]
}

function missingGroups(config: Config, world: World): readonly Problem[] {
  return groupsOf(config)
    .filter(({ stage, place, name }) => !world.groups[stage]?.[`${place.region}/${name}`])
    .map(({ stage, place, name }) => ({
      code: 'config-missing-key',
      message: `the rehearsal's world has no group ${place.region}/${name} in stage ${stage}`,
      hint: `add it under groups.${stage} in local-cloud.yaml, with its min, desired and max`,
    }))
}

function strangeGroups(config: Config, world: World): readonly Problem[] {
  const known = new Set(groupsOf(config).map(({ stage, place, name }) => `${stage} ${place.region}/${name}`))
  return Object.entries(world.groups).flatMap(([stage, groups]) =>
    Object.keys(groups)
      .filter((group) => !known.has(`${stage} ${group}`))
      .map((group) => ({
        code: 'config-conflict',
        message: `the rehearsal's world has a group ${group} in stage ${stage} that no family rolls`,
        hint: 'take it out of local-cloud.yaml, or give it to a family in drover.yaml',
      })),
  )
}
