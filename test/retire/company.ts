// Releases of a family over a simulated cloud of several accounts and two regions, in virtual time.

import { advance } from '../../pipeline/conductor/index.ts'
import type { CloudAt, CloudOutcome, Place } from '../../pipeline/ports/index.ts'
import { type Lane, type Policy, type Release, releasesOf } from '../../pipeline/release/index.ts'
import { aConductorOn } from '../simulation/conductor.ts'
import { type SimulatedCloud, simulateCloud } from '../simulation/local-cloud.ts'
import type { TestConductor } from '../support/conductor-context.ts'
import { anOpening, aPolicy, aSoakPolicy, aStage, aTarget, httpTest, minuteMs } from '../support/factories.ts'
import { appendEvent, createMemoryLedger } from '../support/memory-ledger.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const soak = aSoakPolicy({ durationMs: 10 * minuteMs, tests: [httpTest] })
export const policy = aPolicy({
  stages: [
    aStage('dev', { soak }),
    aStage('prod', { soak, waves: [{ name: 'all', groups: [aTarget('eu-west-1/web'), aTarget('eu-central-1/web')] }] }),
  ],
})
const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`
export const images: Place = policy.home
export const imagesWest: Place = { ...policy.home, region: 'eu-west-1' }
export const dev: Place = { account: '222222222222', region: 'eu-central-1', role: role('222222222222', 'drover-promote') }
const prod: Place = { account: '444444444444', region: 'eu-central-1', role: role('444444444444', 'drover-promote') }
export const prodWest: Place = { ...prod, region: 'eu-west-1' }
export const places: readonly Place[] = [images, imagesWest, dev, prod, prodWest]

export interface Company {
  readonly simulated: SimulatedCloud
  readonly conductor: TestConductor
  at(place: Place): CloudAt
  open(id: string, lane?: Lane): Promise<void>
  /** All the way to production. */
  released(id: string): Promise<Release>
  release(id: string): Release
  /** Images that running machines are on, and how many. */
  running(): Promise<Readonly<Record<string, number>>>
  advance(id: string): ReturnType<typeof advance>
}

export async function openCompany(over: Partial<Policy> = {}): Promise<Company> {
  const own = { ...policy, ...over }
  const clock = createVirtualClock({ startAt: Date.now(), wallNow: () => Date.now() })
  const simulated = await simulateCloud(own, clock, createSeededRandom(1), { throttled: 0, reset: 0, broken: 0, lost: 0 })
  const conductor = aConductorOn(simulated, { ledger: createMemoryLedger(), clock, answerStatus: () => 200 })
  const go = (id: string) => advance(conductor, id, { watch: true })
  const release = (id: string) => {
    const found = releasesOf(conductor.ledger.records).find((one) => one.id === id)
    if (!found) throw new Error(`there is no ${id}`)
    return found
  }
  const open = async (id: string, lane: Lane = 'weekly') => {
    const opening = { ...anOpening({ policy: { ...own, lane } }), lane, reason: 'test' }
    await appendEvent(conductor.ledger, id, opening, clock.now())
  }
  return {
    simulated,
    conductor,
    at: (place) => simulated.cloud.at(place),
    open,
    release,
    advance: go,
    async released(id) {
      await open(id)
      const outcome = await go(id)
      if (outcome.kind !== 'done') throw new Error(`${id} came to ${JSON.stringify(outcome)}`)
      return release(id)
    },
    async running() {
      const found = (await simulated.status()).instances.filter(({ state }) => state === 'running')
      const ids = found.map(({ imageId }) => imageId)
      return Object.fromEntries([...new Set(ids)].map((id) => [id, ids.filter((one) => one === id).length]))
    },
  }
}

export function value<Value>(outcome: CloudOutcome<Value>): Value {
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}
