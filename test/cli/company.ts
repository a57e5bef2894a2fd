// A company of twenty groups whose first releases are in production: its checkout, its ledger on disk, and the local cloud that
// drover's processes reach as they would AWS.

import { readFile, writeFile } from 'node:fs/promises'
import { AutoScalingClient, SuspendProcessesCommand } from '@aws-sdk/client-auto-scaling'
import { execa } from 'execa'
import { parse, stringify } from 'yaml'
import { loadChecked } from '../../pipeline/cli/wiring.ts'
import { advance } from '../../pipeline/conductor/index.ts'
import type { Config } from '../../pipeline/config/index.ts'
import { createFileStore, createLedger } from '../../pipeline/ledger/index.ts'
import type { CloudOutcome, Place } from '../../pipeline/ports/index.ts'
import { groupsOf, type Policy, type ReleaseEvent } from '../../pipeline/release/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { aConductorOn } from '../simulation/conductor.ts'
import { type SimulatedCloud, simulateCloud } from '../simulation/local-cloud.ts'
import { anOpening } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { acmeCheckout, type Checkout } from './acme-checkout.ts'

export const families = ['api', 'mail', 'search', 'web'] as const
const dayMs = 86_400_000

export interface Company {
  readonly checkout: Checkout
  readonly simulated: SimulatedCloud
  /** Of the release that put a family in production. */
  release(family: string): string
  /** A machine of the vendor's image in production, with these tags. */
  launchByHand(name: string, tags: Readonly<Record<string, string>>): Promise<void>
  /** A process of the family's group in production's first region. */
  suspend(group: string, process: string): Promise<void>
  /** A process of its own, in the checkout. */
  drover(...argv: readonly string[]): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>
  close(): Promise<void>
}

export async function openCompany(): Promise<Company> {
  const checkout = await acmeCheckout()
  await writeFamilies(checkout.file)
  await execa('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@acme.example', 'commit', '-qam', 'Four families'], {
    cwd: checkout.directory,
  })
  const config = await configOf(checkout.file)
  // What the releases take of virtual time lies before now, so that drover's processes, by the wall, come after it.
  const clock = createVirtualClock({ startAt: Date.now() - 10 * dayMs, wallNow: () => Date.now() })
  const simulated = await simulateCloud(everyGroup(config), clock, createSeededRandom(1), {
    throttled: 0,
    reset: 0,
    broken: 0,
    lost: 0,
  })
  const ledger = createMemoryLedger()
  const conductor = aConductorOn(simulated, { ledger, clock, answerStatus: () => 200 })
  const releaseOf = new Map<string, string>()
  for (const { name, policies } of config.families) {
    const id = `${name}-2026.47.1`
    releaseOf.set(name, id)
    const opening: ReleaseEvent = anOpening({ family: name, policy: policies.weekly, rehearsal: false })
    await appendEvent(ledger, id, opening, clock.now())
    const outcome = await advance(conductor, id, { watch: true })
    if (outcome.kind !== 'done') throw new Error(`${id} came to ${JSON.stringify(outcome)}`)
  }
  const onDisk = createLedger(createFileStore(createFiles(), `${checkout.directory}/.drover/ledger`))
  let head: Awaited<ReturnType<typeof onDisk.append>>
  for (const { at, runner, release, event } of ledger.records) {
    head = await onDisk.append(head, { at, wallAt: at, runner, release, event })
  }
  return {
    checkout,
    simulated,
    release: (family) => releaseOf.get(family) ?? '',
    async launchByHand(name, tags) {
      const at = simulated.cloud.at(production(config))
      const [image] = value(await at.findImages({ owners: ['136693071363'] }))
      const group = value(await at.createSecurityGroup({ name: `by-hand-${name}`, description: name, ingress: [], tags }))
      const machine = { imageId: image?.id ?? '', instanceType: 't3.small', securityGroupIds: [group.id], tags }
      value(await at.launch({ ...machine, clientToken: name }))
    },
    async suspend(group, suspended) {
      const place = production(config)
      const environment = value(await simulated.cloud.environmentFor(place))
      const client = new AutoScalingClient({
        region: place.region,
        endpoint: simulated.local.endpoint,
        credentials: {
          accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
          secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
          sessionToken: environment.AWS_SESSION_TOKEN ?? '',
        },
      })
      await client.send(new SuspendProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: [suspended] }))
      client.destroy()
    },
    drover: (...argv) => drover(checkout, simulated, argv),
    async close() {
      await simulated.close()
      await checkout.remove()
    },
  }
}

/** The example's family four times, two of production's three groups in the other region. */
async function writeFamilies(file: string): Promise<void> {
  const written = parse(await readFile(file, 'utf8'))
  const page = { http: { name: 'home page', port: 80, path: '/', expect: 200, timeout: '5s' } }
  const own = (name: string) => ({
    ...written.families.web,
    verify: { bootDeadline: '5m', minimumScore: '98%' },
    groups: {
      dev: [{ wave: 'all', groups: [`eu-central-1/${name}`] }],
      staging: [{ wave: 'all', groups: [`eu-central-1/${name}`] }],
      prod: [
        { wave: 'canary', groups: [`eu-west-1/${name}-canary`] },
        { wave: 'disaster-recovery', groups: [`eu-west-1/${name}`] },
        { wave: 'main', groups: [`eu-central-1/${name}`] },
      ],
    },
    tests: { dev: [page], staging: [page], prod: [page] },
  })
  const changed = { ...written, families: Object.fromEntries(families.map((name) => [name, own(name)])) }
  await writeFile(file, stringify(changed, { aliasDuplicateObjects: false }))
}

async function configOf(file: string): Promise<Config> {
  const loaded = await loadChecked(file)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  return loaded.config
}

function production({ families: [family] }: Config): Place {
  const { account = '', role } = family?.policies.weekly.stages.at(-1) ?? {}
  return { account, region: 'eu-central-1', ...(role === undefined ? {} : { role }) }
}

function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}

/** A policy with the groups of all families, for the cloud to be filled by. */
function everyGroup({ families: all }: Config): Policy {
  const policies = all.map(({ policies: { weekly } }) => weekly)
  const [first] = policies
  if (!first) throw new Error('the company has families')
  const stages = first.stages.map((stage, index) => {
    const groups = policies.flatMap((policy) => policy.stages.slice(index, index + 1).flatMap(groupsOf))
    return { ...stage, waves: [{ name: 'all', groups }] }
  })
  return { ...first, stages }
}

async function drover({ directory }: Checkout, { local }: SimulatedCloud, argv: readonly string[]) {
  const root = new URL('../..', import.meta.url).pathname
  const loader = `${root}node_modules/tsx/dist/loader.mjs`
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--import', loader, `${root}pipeline/cli/main.ts`, ...argv],
    {
      cwd: directory,
      reject: false,
      env: {
        DROVER_CONFIG: '',
        NO_COLOR: '1',
        AWS_ENDPOINT_URL: local.endpoint,
        AWS_ACCESS_KEY_ID: local.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: local.credentials.secretAccessKey,
        AWS_SESSION_TOKEN: '',
      },
    },
  )
  return { exitCode: exitCode ?? -1, stdout, stderr }
}
