// Access lent to children that outlast a session: the SDK's chain and a real Packer find it, and go on when their session has ended.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeAvailabilityZonesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import type { Cloud, LentAccess } from '../../pipeline/ports/index.ts'
import { createExec, createRandom, createSystemClock } from '../../pipeline/system/index.ts'
import { installedTools } from '../localcloud/installed-tools.ts'
import { packerTemplate } from '../localcloud/packer-template.ts'
import { type RunningCloud, runningCloud } from '../localcloud/running-cloud.ts'
import { value } from '../roll/local-world.ts'
import { askLocally, requestHandler } from '../simulation/in-process-wire.ts'

const { packer } = installedTools()
let running: RunningCloud
let cloud: Cloud
let place: { readonly account: string; readonly region: string; readonly role: string }
let folder: string

const sessionMs = 1_000
/** Sessions that say they are as short as a test. */
const short = (body: string) => body.replace(/(<Expiration>)[^<]*/, `$1${new Date(Date.now() + sessionMs).toISOString()}`)

beforeAll(async () => {
  running = await runningCloud()
  const { account, ...credentials } = running.cloud.credentials
  place = { account, region: 'eu-central-1', role: `arn:aws:iam::${account}:role/drover-images` }
  await running.cloud.admin.call('add-account', { id: '222222222222' })
  await running.cloud.admin.call('add-kms-key', { account, region: place.region, name: 'alias/drover', accounts: [] })
  folder = await mkdtemp(join(tmpdir(), 'drover-lend-'))
  cloud = createCloud({
    clock: createSystemClock(),
    random: createRandom(),
    sessionName: 'test',
    endpoint: running.cloud.endpoint,
    credentials: async () => credentials,
    requestHandler: requestHandler(async (request) => {
      const answer = await askLocally(running.cloud, request)
      return request.action === 'AssumeRole' ? { ...answer, body: short(String(answer.body)) } : answer
    }),
  })
})

afterAll(async () => {
  await running.cloud.close()
  await rm(folder, { recursive: true, force: true })
})

async function lent(work: (access: LentAccess) => Promise<void>, lease?: LentAccess['lease']): Promise<void> {
  const access = value(await cloud.lend(place, lease))
  try {
    await work(access)
  } finally {
    await access.end()
  }
}

const endSessions = () => running.cloud.admin.call('end-sessions', {})
const zones = (client: EC2Client) => client.send(new DescribeAvailabilityZonesCommand({}))

describe('the SDK in a child', () => {
  test('goes on after its session has ended, where one with fixed keys does not', async () => {
    const keys = value(await cloud.environmentFor(place))
    await lent(async ({ environment }) => {
      for (const [name, given] of Object.entries(environment)) vi.stubEnv(name, given)
      const endpoint = running.cloud.endpoint
      const renewed = new EC2Client({ region: place.region, endpoint })
      const fixed = new EC2Client({
        region: place.region,
        endpoint,
        credentials: {
          accessKeyId: keys.AWS_ACCESS_KEY_ID ?? '',
          secretAccessKey: keys.AWS_SECRET_ACCESS_KEY ?? '',
          sessionToken: keys.AWS_SESSION_TOKEN ?? '',
        },
      })
      await zones(renewed)
      await zones(fixed)
      await new Promise((resolve) => setTimeout(resolve, sessionMs))
      await endSessions()
      await expect(zones(fixed)).rejects.toThrow('expired')
      await expect(zones(renewed)).resolves.toMatchObject({ AvailabilityZones: expect.anything() })
      vi.unstubAllEnvs()
    })
  })
})

describe('the address', () => {
  const askedWith = async (access: LentAccess, token: string | undefined, path = '') => {
    const url = `${access.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI}${path}`
    return (await fetch(url, { headers: token === undefined ? {} : { authorization: token } })).status
  }

  test('answers whoever has the token, and ends with the lease', async () => {
    let ended: LentAccess | undefined
    await lent(async (access) => {
      ended = access
      const token = access.lease?.token
      expect(await askedWith(access, token)).toBe(200)
      expect(await askedWith(access, undefined)).toBe(403)
      expect(await askedWith(access, `${token?.slice(0, -1)}_`)).toBe(403)
      expect(await askedWith(access, token, '/more')).toBe(404)
    })
    await expect(askedWith(ended as LentAccess, ended?.lease?.token)).rejects.toThrow()
  })

  test('is taken up again by a later runner, where no other one holds it', async () => {
    let lease: LentAccess['lease']
    await lent(async (access) => {
      lease = access.lease
      expect(await cloud.lend(place, lease)).toMatchObject({ ok: false, code: 'EADDRINUSE' })
    })
    await lent(async (access) => {
      expect(access.lease).toEqual(lease)
      expect(await askedWith(access, lease?.token)).toBe(200)
    }, lease)
  })

  test('is not needed without a role where the runner’s keys do not end, and the child inherits none', async () => {
    const { account, region } = place
    const access = value(await cloud.lend({ account, region }))
    expect(access.lease).toBeUndefined()
    expect(access.environment).toMatchObject({
      AWS_ACCESS_KEY_ID: running.cloud.credentials.accessKeyId,
      AWS_SESSION_TOKEN: undefined,
    })
  })

  test('tells a child why there is no session', async () => {
    await lent(async (access) => {
      const refusal = { kind: 'refuse-action', action: 'AssumeRole', code: 'AccessDenied', message: 'not any more' } as const
      await running.cloud.admin.call('set-faults', { faults: [refusal] })
      const url = access.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? ''
      const response = await fetch(url, { headers: { authorization: access.lease?.token ?? '' } })
      expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('not any more')])
      await running.cloud.admin.call('set-faults', { faults: [] })
    })
  })
})

describe('Packer', { timeout: 120_000 }, () => {
  /** Its session ends as soon as its machine is there. */
  async function bake(name: string, environment: LentAccess['environment']): Promise<string> {
    const file = join(folder, `${name}.pkr.hcl`)
    await writeFile(file, packerTemplate.replace('packer-test', name).replaceAll('{ bake = "1" }', `{ bake = "${name}" }`))
    const built = createExec().run({
      argv: [packer.path, 'build', '-machine-readable', file],
      timeoutMs: 100_000,
      env: { ...environment, PACKER_PLUGIN_PATH: packer.pluginPath, CHECKPOINT_DISABLE: '1' },
    })
    const { account, region } = place
    while (value(await cloud.at({ account, region }).describeInstances({ tags: { bake: name } })).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await endSessions()
    const { stdout } = await built
    return stdout
  }

  test('makes its image though its session ends in the middle', async () => {
    await lent(async ({ environment, lease }) => {
      const said = await bake('renewed', environment)
      expect(said).toMatch(/artifact,0,id,eu-central-1:ami-[0-9a-f]{17}/)
      expect(said).not.toContain(lease?.token)
    })
  })
})
