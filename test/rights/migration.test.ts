// The rights of `drover migrate` are printed for those who ask, in a policy of its own: enough for a migration, and for nothing else.

import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { describe, expect, test } from 'vitest'
import { isDocumented } from '../../pipeline/localcloud/authorization/reference.ts'
import { rightsOf } from '../../pipeline/rights/index.ts'
import { migrateGroup, planMigration } from '../../pipeline/roll/index.ts'
import { openWorld, stage, value, type World } from '../roll/local-world.ts'
import { putOnConfiguration } from '../roll/on-configuration.ts'
import { hold, type Policies, without } from '../support/rights.ts'
import { acme, acmeRights, repository } from './acme.ts'

const arn = `arn:aws:iam::${stage.account}:role/drover-promote`
const withMigration = rightsOf(acme(), { repository }, { migration: true })
const policies = withMigration.roles.find((role) => role.arn === arn)?.policies ?? []
const own = policies.filter(({ name }) => name === 'drover-promote-migration')

/** A migration of `web` by a role that has those policies, and what it came to. */
async function migration(given: Policies, around: (world: World) => Promise<void> = async () => undefined): Promise<string> {
  const world = await openWorld()
  try {
    await putOnConfiguration(world)
    await hold(world.local, arn, given)
    const plan = await planMigration(world.at, 'web')
    if (!plan.ok) return plan.message
    if (plan.value?.kind !== 'to-do') return 'nothing to do'
    const outcome = await migrateGroup(world.at, 'web', plan.value)
    await around(world)
    return outcome.ok ? 'done' : outcome.message
  } finally {
    await world.local.close()
  }
}

describe('unasked', () => {
  test('no role has them', () => {
    const printed = JSON.stringify(acmeRights())
    for (const right of ['ec2:CreateLaunchTemplate"', 'autoscaling:UpdateAutoScalingGroup']) expect(printed).not.toContain(right)
    const rest = withMigration.roles.map((role) => ({
      ...role,
      policies: role.policies.filter(({ name }) => !name.endsWith('-migration')),
    }))
    expect(rest).toEqual(acmeRights().roles)
  })

  test('a migration is refused', async () => {
    const ordinary = policies.filter((policy) => !own.includes(policy))
    expect(await migration(ordinary)).toContain('ec2:CreateLaunchTemplate')
  })
})

describe('asked for', () => {
  test('they are in one policy of each stage’s role, of documented keys', () => {
    const holders = withMigration.roles.filter((role) => role.policies.some(({ name }) => name.endsWith('-migration')))
    expect(holders.map(({ duties }) => duties)).toEqual(withMigration.roles.map(({ duties }) => duties).filter(isOfStages))
    const actions = own.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action))
    expect(actions).toEqual(['ec2:CreateLaunchTemplate', 'autoscaling:UpdateAutoScalingGroup'])
    const key = 'autoscaling:LaunchTemplateVersionSpecified'
    expect(isDocumented('autoscaling:UpdateAutoScalingGroup', 'autoScalingGroup', key)).toBe(true)
  })

  test('a migration is done, and the group’s size may still not be touched', async () => {
    const resized: unknown[] = []
    const done = await migration(policies, async ({ cloud, at, local }) => {
      const environment = value(await cloud.environmentFor(at.place))
      const credentials = {
        accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
        sessionToken: environment.AWS_SESSION_TOKEN ?? '',
      }
      const client = new AutoScalingClient({ region: at.place.region, endpoint: local.endpoint, credentials })
      const update = new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', MinSize: 0 })
      await client.send(update).catch((error: unknown) => resized.push(String(error)))
    })
    expect(done).toBe('done')
    expect(resized).toEqual([expect.stringContaining('autoscaling:UpdateAutoScalingGroup')])
  })

  test.each(['ec2:CreateLaunchTemplate', 'autoscaling:UpdateAutoScalingGroup', 'autoscaling:DescribeLaunchConfigurations'])(
    'without %s the cause says so',
    async (right) => expect(await migration(without(policies, right))).toContain(right),
  )
})

function isOfStages(duties: readonly string[]): boolean {
  return !duties.includes('images') && !duties.includes('runner')
}
