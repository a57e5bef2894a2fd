// Whether build machines can be reached as configured, asked before anything starts.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createCloud } from '../../pipeline/aws/index.ts'
import { checkReach, type ReachOutlook } from '../../pipeline/bake/check-reach.ts'
import type { ImagesAccount } from '../../pipeline/config/index.ts'
import type { CloudAt } from '../../pipeline/ports/index.ts'
import { createExec, createRandom, createSystemClock } from '../../pipeline/system/index.ts'
import { type RunningCloud, runningCloud } from '../localcloud/running-cloud.ts'
import { value } from '../roll/local-world.ts'
import { aConfig } from '../support/config.ts'

const sessionPlugin = 'session-manager-plugin'

let running: RunningCloud
let cloud: CloudAt
let folder: string

beforeAll(async () => {
  running = await runningCloud()
  const { account, ...credentials } = running.cloud.credentials
  const ports = { clock: createSystemClock(), random: createRandom(), backoff: { firstMs: 1, longestMs: 1, tries: 1 } }
  const { endpoint } = running.cloud
  const made = createCloud({ ...ports, sessionName: 'test', endpoint, credentials: async () => credentials })
  cloud = made.at({ account, region: 'eu-central-1' })
  folder = await mkdtemp(join(tmpdir(), 'drover-reach-'))
})

afterAll(async () => {
  await running.cloud.close()
  await rm(folder, { recursive: true, force: true })
})

afterEach(() => vi.unstubAllEnvs())

function ask(over: Partial<ImagesAccount>, isRehearsal = false): Promise<ReachOutlook> {
  return checkReach({ images: { ...aConfig().images, ...over }, cloud, exec: createExec(), isRehearsal, sessionPlugin })
}

const well = { refusals: [], unasked: [] }

test('through SSM: only with the plugin at this end of a session, in a rehearsal as anywhere', async () => {
  vi.stubEnv('PATH', folder)
  const refused = {
    refusals: [
      { code: 'missing-tool', cause: expect.stringMatching(/^`reach: ssm` needs session-manager-plugin on the runner: /) },
    ],
  }
  expect(await ask({ reach: 'ssm' })).toMatchObject(refused)
  expect(await ask({ reach: 'ssm' }, true)).toMatchObject(refused)
  const program = join(folder, sessionPlugin)
  await writeFile(program, '#!/bin/sh\necho 1.3.0.0\n')
  await chmod(program, 0o755)
  expect(await ask({ reach: 'ssm' })).toEqual(well)
  expect(await ask({ reach: 'ssm' }, true)).toEqual(well)
})

test('on public addresses: a subnet that gives none is refused, and one that is not there', async () => {
  const [subnetId = ''] = value(await cloud.defaultNetwork()).subnetIds
  expect((await ask({ reach: 'public', subnetId })).refusals).toMatchObject([
    { code: 'refused', cause: `\`reach: public\`, but ${subnetId} gives its machines no public addresses` },
  ])
  expect((await ask({ reach: 'public', subnetId: 'subnet-00000000000000000' })).refusals).toMatchObject([
    { cause: expect.stringContaining("the build machines' subnet is not there") },
  ])
  expect(await ask({ reach: 'public', subnetId }, true)).toEqual(well)
  expect(await ask({ reach: 'private', subnetId })).toEqual(well)
})

test('what may not be asked is told, and refuses nothing', async () => {
  const denied = { ok: false, kind: 'denied', code: 'UnauthorizedOperation', message: 'DescribeSubnets: not allowed' } as const
  const question = { images: { ...aConfig().images, reach: 'public', subnetId: 'subnet-00000000000000001' } as const }
  const forbidden: CloudAt = { ...cloud, subnets: async () => denied }
  expect(await checkReach({ ...question, cloud: forbidden, exec: createExec(), isRehearsal: false, sessionPlugin })).toEqual({
    refusals: [],
    unasked: ['whether subnet-00000000000000001 gives public addresses is not known: DescribeSubnets: not allowed'],
  })
})
