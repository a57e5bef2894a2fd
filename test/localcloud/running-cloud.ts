// A local cloud with simulated machines that boot in no time, on the machine's own clock, for clients that are processes.

import {
  createSimulatedMachines,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '../../pipeline/localcloud/index.ts'
import { createExec, createRandom, createSystemClock } from '../../pipeline/system/index.ts'

export interface RunningCloud {
  readonly cloud: LocalCloud
  readonly imageId: string
  /** Runs a program as the home account in eu-central-1; its output, or an error with what it said. */
  run(argv: readonly [string, ...string[]], environment?: Readonly<Record<string, string>>): Promise<string>
}

export async function runningCloud(options: Partial<LocalCloudOptions> = {}): Promise<RunningCloud> {
  const cloud = await startLocalCloud({
    clock: createSystemClock(),
    random: createRandom(),
    machines: (now) =>
      createSimulatedMachines({
        now,
        bootMs: 100,
        run: (_spec, script) => ({ exitCode: 0, stdout: `ran ${script}\n`, stderr: '', timedOut: false }),
      }),
    ...options,
  })
  await cloud.admin.call('add-instance-profile', { account: cloud.credentials.account, name: 'web', role: 'web' })
  const seeded = await cloud.admin.call('seed-image', {
    owner: '136693071363',
    name: 'debian-13-amd64-1',
    regions: ['eu-central-1'],
    rootDirectory: '/base',
  })
  const exec = createExec()
  return {
    cloud,
    imageId: seeded.images['eu-central-1'] ?? '',
    async run(argv, environment = {}) {
      const outcome = await exec.run({
        argv,
        timeoutMs: 120_000,
        env: {
          AWS_ENDPOINT_URL: cloud.endpoint,
          AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
          AWS_SESSION_TOKEN: undefined,
          AWS_PROFILE: undefined,
          AWS_REGION: 'eu-central-1',
          AWS_DEFAULT_REGION: 'eu-central-1',
          AWS_PAGER: '',
          ...environment,
        },
      })
      if (!outcome.ok) throw new Error(`${argv.join(' ')}: ${outcome.message}\n${outcome.stdout}\n${outcome.stderr}`)
      return outcome.stdout
    },
  }
}
