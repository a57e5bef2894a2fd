// A local cloud with simulated machines whose time a test moves by hand, asked through the SDK's own clients.

import { expect } from 'vitest'
import {
  createSimulatedMachines,
  type LocalCloud,
  type LocalCloudOptions,
  type SimulatedMachines,
  type SimulatedOptions,
  startLocalCloud,
  type Trouble,
} from '../../pipeline/localcloud/index.ts'
import type { ServiceName } from '../../pipeline/localcloud/wire/service.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { answerTo } from './ask-in-process.ts'
import { send } from './wire/sdk-client.ts'

export interface SimulatedCloud {
  readonly cloud: LocalCloud
  readonly machines: SimulatedMachines
  /** The vendor's image in eu-central-1. */
  readonly imageId: string
  /** One action as the home account in eu-central-1; a refusal rejects with the SDK's error. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  ask(service: ServiceName, action: string, input?: object): Promise<any>
  /** The code with which an action is refused. */
  refusal(service: ServiceName, action: string, input?: object): Promise<{ readonly code: string; readonly message: string }>
  /** Moves time on in steps, letting the cloud act in each. */
  advance(byMs: number, eachStep?: () => Promise<void>, stepMs?: number): Promise<void>
  now(): number
}

export const bootMs = 20_000
export const second = 1_000
export const minute = 60_000

export async function simulateCloud(
  options: {
    readonly troubles?: Map<string, Trouble>
    readonly healthCheck?: SimulatedOptions['healthCheck']
    readonly run?: SimulatedOptions['run']
    readonly log?: (line: string) => void
    readonly onState?: LocalCloudOptions['onState']
  } = {},
): Promise<SimulatedCloud> {
  let now = Date.UTC(2026, 10, 22, 6)
  const clock = {
    now: () => now,
    wallNow: () => Date.now(),
    pause: async () => undefined,
    idleUntil: async () => undefined,
  }
  let machines: SimulatedMachines | undefined
  const cloud = await startLocalCloud({
    clock,
    random: createSeededRandom(1),
    drive: 'on-request',
    log: options.log ?? ((line) => expect.unreachable(line)),
    ...(options.onState === undefined ? {} : { onState: options.onState }),
    machines: (cloudNow) => {
      machines = createSimulatedMachines({
        now: cloudNow,
        bootMs,
        ...(options.troubles === undefined ? {} : { troubles: options.troubles }),
        ...(options.run === undefined ? {} : { run: options.run }),
        ...(options.healthCheck === undefined ? {} : { healthCheck: options.healthCheck }),
      })
      return machines
    },
  })
  const seeded = await cloud.admin.call('seed-image', {
    owner: '136693071363',
    name: 'debian-13-amd64-1',
    regions: ['eu-central-1', 'eu-west-1'],
    rootDirectory: '/base',
  })
  if (machines === undefined) throw new Error('the cloud made its machines')
  const ask: SimulatedCloud['ask'] = (service, action, input = {}) =>
    send(service, action, input, answerTo(cloud), { credentials: cloud.credentials })
  return {
    cloud,
    machines,
    imageId: seeded.images['eu-central-1'] ?? '',
    ask,
    refusal: (service, action, input) =>
      ask(service, action, input).then(
        (answer) => expect.unreachable(`${action} was answered: ${JSON.stringify(answer)}`),
        (fault) => ({ code: fault.Code ?? fault.Error?.Code ?? fault.name, message: fault.message }),
      ),
    async advance(byMs, eachStep, stepMs = second) {
      const end = now + byMs
      while (now < end) {
        now = Math.min(end, now + stepMs)
        await cloud.catchUp()
        await eachStep?.()
      }
    },
    now: () => cloud.now(),
  }
}
