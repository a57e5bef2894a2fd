// The rights `drover iam` prints for images.role are enough for Packer, which the local cloud holds to them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rightsOf } from '../../pipeline/rights/index.ts'
import { installedTools } from '../localcloud/installed-tools.ts'
import { packerTemplate } from '../localcloud/packer-template.ts'
import { type RunningCloud, runningCloud } from '../localcloud/running-cloud.ts'
import { acme } from '../rights/acme.ts'
import { hold, type Policies, without } from '../support/rights.ts'

const { packer, tools } = installedTools()
/** drover's own template asks Packer for neither of these. */
const template = packerTemplate
  .replace(/^ *deprecate_at .*\n/m, '')
  .replace(/^ *deregistration_protection \{[^}]*\}\n/m, '')
  .replace('{ release = "1" }', '{ "drover:purpose" = "image" }')
  .replaceAll('{ bake = "1" }', '{ "drover:purpose" = "bake" }')
let policies: Policies
let running: RunningCloud
let folder: string

beforeAll(async () => {
  running = await runningCloud()
  folder = await mkdtemp(join(tmpdir(), 'drover-rights-'))
  const { account } = running.cloud.credentials
  const { images } = acme()
  const arn = `arn:aws:iam::${account}:role/bake`
  const config = acme({ images: { ...images, account, role: arn, instanceProfile: 'web' } })
  policies = rightsOf(config, { arn: `${arn}r` }).roles.find((role) => role.arn === arn)?.policies ?? []
  await running.cloud.admin.call('add-kms-key', { account, region: 'eu-central-1', name: 'alias/drover', accounts: [] })
})

afterAll(async () => {
  await running.cloud.close()
  await rm(folder, { recursive: true, force: true })
})

/** Packer as a session of a role with those rights alone; what it made, or its words. */
async function bakeAs(role: string, allowed: Policies): Promise<string> {
  const arn = `arn:aws:iam::${running.cloud.credentials.account}:role/${role}`
  await hold(running.cloud, arn, allowed)
  const words = ['sts', 'assume-role', '--role-arn', arn, '--role-session-name', 'bake', '--output', 'json']
  const { Credentials } = JSON.parse(await running.run([tools.aws, ...words]))
  const file = join(folder, `${role}.pkr.hcl`)
  await writeFile(file, template.replace('packer-test', role))
  return running
    .run([packer.path, 'build', '-machine-readable', file], {
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials.SessionToken,
      PACKER_PLUGIN_PATH: packer.pluginPath,
      CHECKPOINT_DISABLE: '1',
    })
    .catch((cause) => String(cause))
}

test('with all of them Packer makes its image and cleans up', async () => {
  expect(policies.length).toBeGreaterThan(0)
  expect(await bakeAs('bake-all', policies)).toMatch(/artifact,0,id,eu-central-1:ami-[0-9a-f]{17}/)
})

/** Rights without which Packer stops. Others it tries for minutes, or does without for this template but not for drover's own. */
const asked = [
  'ec2:DescribeRegions',
  'iam:GetInstanceProfile',
  'ec2:StopInstances',
  'ec2:CreateImage',
  'ec2:RunInstances',
  'iam:PassRole',
  'ec2:ModifyImageAttribute',
]

test.each(asked)('without %s it does not, and says which right is missing', async (right) => {
  const said = await bakeAs(`bake-without-${right.split(':')[1]}`, without(policies, right))
  expect(said).toMatch(/UnauthorizedOperation|AccessDenied/)
  expect(said).toContain(right)
})
