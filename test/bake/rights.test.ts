// The rights docs/aws.md gives images.role are enough for Packer, which the local cloud holds to them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installedTools } from '../localcloud/installed-tools.ts'
import { packerTemplate } from '../localcloud/packer-template.ts'
import { type RunningCloud, runningCloud } from '../localcloud/running-cloud.ts'
import { hold, rightsIn } from '../support/rights.ts'

const { packer, tools } = installedTools()
const rights = await rightsIn(/(`images\.role`, in the images' account\..*?)A stage's role/s)
/** drover's own template asks Packer for neither of these. */
const template = packerTemplate.replace(/^ *deprecate_at .*\n/m, '').replace(/^ *deregistration_protection \{[^}]*\}\n/m, '')
let running: RunningCloud
let folder: string

beforeAll(async () => {
  running = await runningCloud()
  folder = await mkdtemp(join(tmpdir(), 'drover-rights-'))
  const { account } = running.cloud.credentials
  await running.cloud.admin.call('add-kms-key', { account, region: 'eu-central-1', name: 'alias/drover', accounts: [] })
})

afterAll(async () => {
  await running.cloud.close()
  await rm(folder, { recursive: true, force: true })
})

/** Packer as a session of a role with those rights alone; what it made, or its words. */
async function bakeAs(role: string, allowed: readonly string[]): Promise<string> {
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
  expect(rights.length).toBeGreaterThan(30)
  expect(await bakeAs('bake-all', rights)).toMatch(/artifact,0,id,eu-central-1:ami-[0-9a-f]{17}/)
})

test.each(['ec2:CreateImage', 'ec2:RunInstances', 'iam:PassRole', 'ec2:ModifyImageAttribute'])(
  'without %s it does not, and says which right is missing',
  async (right) => {
    const said = await bakeAs(
      `bake-without-${right.split(':')[1]}`,
      rights.filter((one) => one !== right),
    )
    expect(said).toMatch(/UnauthorizedOperation|AccessDenied/)
    expect(said).toContain(right)
  },
)
