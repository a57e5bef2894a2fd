// What goes wrong under Packer in a company's first week on AWS: the real Packer meets it, and its log becomes one sentence.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureCause } from '../../pipeline/bake/failure-cause.ts'
import { parsePackerLog } from '../../pipeline/bake/packer-log.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { installedTools } from '../localcloud/installed-tools.ts'
import { type RunningCloud, runningCloud } from '../localcloud/running-cloud.ts'

const { packer, tools } = installedTools()
let running: RunningCloud
let folder: string

beforeAll(async () => {
  running = await runningCloud()
  folder = await mkdtemp(join(tmpdir(), 'drover-first-week-'))
})

afterAll(async () => {
  await running.cloud.close()
  await rm(folder, { recursive: true, force: true })
})

interface Bake {
  /** Members of the source block. */
  readonly source?: string
  /** Commands run on this machine while the build machine is up, with `$ID` its instance ID. */
  readonly meanwhile?: string
}

/** Why a bake failed, by Packer's own log; as a session of a role, as drover hands it one. */
async function causeOf({ source = 'communicator = "none"', meanwhile = 'true' }: Bake): Promise<string> {
  const file = join(folder, 'image.pkr.hcl')
  await writeFile(file, template(source, meanwhile))
  const session = await running.run([
    tools.aws,
    ...['sts', 'assume-role', '--role-arn', `arn:aws:iam::${running.cloud.credentials.account}:role/drover-images`],
    ...['--role-session-name', 'bake', '--output', 'json'],
  ])
  const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(session).Credentials
  const { stdout, ok } = await createExec().run({
    argv: [packer.path, 'build', '-machine-readable', file],
    timeoutMs: 120_000,
    env: {
      AWS_ENDPOINT_URL: running.cloud.endpoint,
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
      AWS_PROFILE: undefined,
      AWS_REGION: 'eu-central-1',
      AWS_MAX_ATTEMPTS: '30',
      AWS_POLL_DELAY_SECONDS: '1',
      PACKER_PLUGIN_PATH: packer.pluginPath,
      CHECKPOINT_DISABLE: '1',
    },
  })
  expect(ok).toBe(false)
  return failureCause(parsePackerLog(stdout))
}

const aws = (words: string) => `${tools.aws} --region eu-central-1 ${words}`

describe('a bake', () => {
  test('whose build machine cannot be reached from where it runs', async () => {
    const source = 'communicator = "ssh"\n  ssh_username = "admin"\n  ssh_interface = "private_ip"\n  ssh_timeout = "5s"'
    expect(await causeOf({ source })).toBe(
      'no SSH connection to the build machine in time: can the runner reach it, and does its sshd run?',
    )
  })

  test('whose build machine somebody terminates', async () => {
    const meanwhile = `${aws('ec2 terminate-instances --instance-ids $ID')} && ${aws('ec2 wait instance-terminated --instance-ids $ID')}`
    expect(await causeOf({ meanwhile })).toBe('the build machine was terminated while it was baked')
  })

  test('whose session ends while Packer is at work', async () => {
    const door = await running.cloud.admin
    const ending = setInterval(() => void door.call('end-sessions', {}), 200)
    try {
      expect(await causeOf({ meanwhile: 'sleep 2' })).toBe('the credentials expired while Packer was at work')
    } finally {
      clearInterval(ending)
    }
  })

  test('whose build machine does not boot', async () => {
    await running.cloud.admin.call('set-faults', { faults: [{ kind: 'machine', target: running.imageId, how: 'never-boots' }] })
    expect(await causeOf({})).toMatch(/^the build machine i-\w+ ended before it ran$/)
    await running.cloud.admin.call('set-faults', { faults: [] })
  })

  test('for whose build machine the account has no vCPUs left', async () => {
    const account = running.cloud.credentials.account
    await running.cloud.admin.call('set-faults', { faults: [{ kind: 'vcpu-quota', account, limit: 0 }] })
    expect(await causeOf({})).toBe('the cloud has no build machine to give (VcpuLimitExceeded)')
    await running.cloud.admin.call('set-faults', { faults: [] })
  })
})

const template = (source: string, meanwhile: string) => `
packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}

source "amazon-ebs" "image" {
  region        = "eu-central-1"
  instance_type = "t3.large"
  ami_name      = "packer-test"
  ${source}
  source_ami_filter {
    owners      = ["136693071363"]
    most_recent = true
    filters     = { name = "debian-13-amd64-*", architecture = "x86_64" }
  }
}

build {
  sources = ["source.amazon-ebs.image"]
  provisioner "shell-local" {
    environment_vars = ["ID=\${build.ID}"]
    inline           = [${JSON.stringify(meanwhile)}]
  }
}
`
