// A local cloud in this process that plays the sandbox account of AWS, in virtual time, and a proof that is run on it.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CloudOptions, createCloud, createWorldBuilder } from '../../pipeline/aws/index.ts'
import { type ProofWish, prove } from '../../pipeline/cli/prove.ts'
import { createSimulatedMachines, type LocalCloud, startLocalCloud } from '../../pipeline/localcloud/index.ts'
import type { CloudAt } from '../../pipeline/ports/index.ts'
import { type ProofPlan, sandboxParameter } from '../../pipeline/proof/index.ts'
import { askLocally, held, requestHandler, type WireRequest } from '../simulation/in-process-wire.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'

export const plan: ProofPlan = {
  id: 'p1a2b3c4d',
  place: { account: '123456789012', region: 'eu-central-1' },
  instanceType: 't3.micro',
  soakMs: 180_000,
}

export interface Sandbox {
  readonly local: LocalCloud
  readonly at: CloudAt
  readonly options: CloudOptions
  readonly clock: VirtualClock
  readonly directory: string
  readonly noted: string[]
  readonly printed: string[]
  /** Called before each request is answered. */
  onRequest: (request: WireRequest) => void
  prove(wish?: Partial<ProofWish>, signal?: AbortSignal): ReturnType<typeof prove>
  /** Everything in the account but what every account has. */
  leftovers(): Promise<readonly string[]>
  close(): Promise<void>
}

export async function openSandbox({ isSandbox = true } = {}): Promise<Sandbox> {
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const random = createSeededRandom(5)
  const local = await startLocalCloud({
    clock,
    random,
    drive: 'on-request',
    homeAccount: plan.place.account,
    machines: (now) => createSimulatedMachines({ now }),
  })
  const directory = await mkdtemp(join(tmpdir(), 'drover-proof-'))
  const ask = held(clock, async (request) => {
    sandbox.onRequest(request)
    return askLocally(local, request)
  })
  const options: CloudOptions = {
    clock,
    random,
    sessionName: 'proof',
    endpoint: local.endpoint,
    credentials: async () => local.credentials,
    requestHandler: requestHandler(ask),
  }
  const noted: string[] = []
  const printed: string[] = []
  const output = {
    note: (line: string) => void noted.push(line),
    print: (line: string) => void printed.push(line),
    printJson: (value: unknown) => void printed.push(JSON.stringify(value)),
  }
  const at = createCloud(options).at(plan.place)
  const sandbox: Sandbox = {
    local,
    at,
    options,
    clock,
    directory,
    noted,
    printed,
    onRequest: () => undefined,
    prove: (wish = {}, signal = new AbortController().signal) =>
      prove(
        options,
        {
          plan,
          ceilingUsd: 5,
          image: undefined,
          bake: undefined,
          dryRun: false,
          keepGoing: false,
          against: undefined,
          directory,
          json: false,
          ...wish,
        },
        output,
        signal,
      ),
    leftovers: async () => {
      const { groups, machines, images } = await inventory(at)
      return [...groups, ...machines, ...images]
    },
    close: async () => {
      await local.close()
      await rm(directory, { recursive: true })
    },
  }
  const image = {
    owner: '136693071363',
    name: 'debian-13-amd64-1',
    regions: ['eu-central-1'] as ['eu-central-1'],
    rootDirectory: '/base',
  }
  await local.admin.call('seed-image', image)
  if (isSandbox) await createWorldBuilder(options).putParameter(plan.place, sandboxParameter, 'yes', false)
  return sandbox
}

async function inventory(at: CloudAt) {
  const found = {
    groups: await at.everyGroup(),
    machines: await at.everyInstance(),
    images: await at.ownImages(),
    tagged: await at.taggedResources('drover:proof'),
    volumes: await at.findVolumes({ 'drover:proof': plan.id }),
    alarms: await at.alarms([`drover-proof-${plan.id}`]),
  }
  for (const [what, one] of Object.entries(found)) if (!one.ok) throw new Error(`${what}: ${one.message}`)
  const { groups, machines, images, tagged, volumes, alarms } = found
  return {
    groups: groups.ok ? groups.value.map(({ name }) => `group ${name}`) : [],
    machines: machines.ok ? machines.value.map(({ id }) => `machine ${id}`) : [],
    images: [
      ...(images.ok ? images.value.map(({ id }) => `image ${id}`) : []),
      ...(tagged.ok ? tagged.value.filter(({ type }) => type !== 'instance').map(({ type, id }) => `${type} ${id}`) : []),
      ...(volumes.ok ? volumes.value.map(({ id }) => `volume ${id}`) : []),
      ...(alarms.ok ? alarms.value.map(({ name }) => `alarm ${name}`) : []),
    ],
  }
}
