import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MachineCommand } from '../../../pipeline/localcloud/reconcile/command.ts'
import { Due } from '../../../pipeline/localcloud/reconcile/due.ts'
import { Firewalls } from '../../../pipeline/localcloud/reconcile/firewall.ts'
import { machineCommands } from '../../../pipeline/localcloud/reconcile/machine-commands.ts'
import { tick } from '../../../pipeline/localcloud/reconcile/tick.ts'
import type { Image } from '../../../pipeline/localcloud/store/image.ts'
import type { Instance } from '../../../pipeline/localcloud/store/instance.ts'
import type { SecurityGroup } from '../../../pipeline/localcloud/store/network.ts'
import { type CloudState, Draft, emptyState, everywhere, rowsIn } from '../../../pipeline/localcloud/store/state.ts'

const place = '000000000001/eu-central-1'
const now = 10_000_000
const network = { cidr: '10.0.0.0/16', firstAddress: '10.0.0.4', lastAddress: '10.0.255.250', gateway: '10.0.0.1' }
const context = { environment: {}, network }

const instanceChange = fc.record({
  kind: fc.constant('instance' as const),
  id: fc.integer({ min: 0, max: 5 }),
  state: fc.constantFrom('pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated') as fc.Arbitrary<
    Instance['state']
  >,
  machine: fc.constantFrom('none', 'off', 'booted', 'answering', 'answering', 'gone') as fc.Arbitrary<Instance['machine']>,
  rebootRequested: fc.boolean(),
  hasRightFirewall: fc.boolean(),
  launchFailsAt: fc.constantFrom(undefined, undefined, now - 1, now + 1),
  notBefore: fc.constantFrom(undefined, undefined, now - 1, now + 1),
  terminatedAt: fc.constantFrom(now, now - 3_600_000),
})
const change = fc.oneof(
  instanceChange,
  fc.record({ kind: fc.constant('remove' as const), id: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    kind: fc.constant('rules' as const),
    cidr: fc.constantFrom('10.0.0.0/8', '192.168.0.0/16'),
    isOfMembers: fc.boolean(),
    direction: fc.constantFrom('ingress', 'egress'),
  }),
  fc.record({
    kind: fc.constant('image' as const),
    id: fc.integer({ min: 0, max: 2 }),
    of: fc.integer({ min: 0, max: 5 }),
    isCapture: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('step' as const) }),
)
type Change = typeof change extends fc.Arbitrary<infer One> ? One : never

test('what a step finds by its indexes is what it finds when it looks at every row', () => {
  let compared = 0
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
      let state = emptyState('seed')
      for (const one of changes) {
        state = one.kind === 'step' ? tick(state, now, context).state : changed(state, one)
        // Asked at every state, so that each index is carried from the one before.
        const asked = kinds(machineCommands(new Draft(state), context, now, new Due()))
        expect(asked).toEqual(kindsOfAll(state))
        const [carried, anew] = [tick(state, now, context), tick(copied(state), now, context)]
        expect(comparable(carried.state)).toEqual(comparable(anew.state))
        expect(kinds(carried.commands)).toEqual(kinds(anew.commands))
        expect([carried.nextAt, carried.skipTo]).toEqual([anew.nextAt, anew.skipTo])
        compared += asked.length
      }
    }),
    { numRuns: 150 },
  )
  expect(compared).toBeGreaterThan(500)
})

test('of many that are to start no more are asked for than may be, and everything else is', () => {
  const draft = new Draft(emptyState('seed'))
  for (let index = 0; index < 20; index++) {
    const isUp = index % 2 === 0
    putInstance(draft, index, { state: 'pending', machine: isUp ? 'booted' : 'none' })
  }
  const commands = machineCommands(draft, { ...context, mostStarts: 3 }, now, new Due())
  expect(commands.filter(({ kind }) => kind === 'start')).toHaveLength(3)
  expect(commands.filter(({ kind }) => kind !== 'start')).toHaveLength(10)
})

function changed(state: CloudState, one: Exclude<Change, { kind: 'step' }>): CloudState {
  const draft = new Draft(state)
  if (one.kind === 'instance') putInstance(draft, one.id, one)
  else if (one.kind === 'remove') draft.remove(place, 'instances', `i-${one.id}`)
  else if (one.kind === 'rules') {
    const source = one.isOfMembers ? { groupId: 'sg-1' } : { cidr: one.cidr }
    const rule = { id: 'sgr-1', direction: one.direction, protocol: 'tcp', fromPort: 80, toPort: 80, ...source }
    draft.put(place, 'securityGroups', 'sg-1', { id: 'sg-1', rules: [rule] } as unknown as SecurityGroup)
  } else {
    const making = one.isCapture
      ? { kind: 'capture', instanceId: `i-${one.of}`, layerId: 'layer-0' }
      : { kind: 'copy', doneAt: now + one.of - 3 }
    const image = { id: `ami-${one.id}`, layers: [`layer-${one.of}`], blockDevices: [], making }
    draft.put(place, 'images', image.id, image as unknown as Image)
    draft.put(everywhere, 'layers', `layer-${one.id}`, { id: `layer-${one.id}` })
  }
  return draft.state
}

interface Given {
  readonly state: Instance['state']
  readonly machine: Instance['machine']
  readonly rebootRequested?: boolean
  readonly hasRightFirewall?: boolean
  readonly launchFailsAt?: number | undefined
  readonly notBefore?: number | undefined
  readonly terminatedAt?: number
}

function putInstance(draft: Draft, id: number, given: Given): void {
  const { hasRightFirewall, state, machine, rebootRequested = false } = given
  const securityGroupIds = ['sg-1']
  const { digest } = new Firewalls(draft).of(place, { securityGroupIds })
  const { launchFailsAt, notBefore, terminatedAt } = given
  const firewall = hasRightFirewall ? digest : 'another'
  const row = { state, machine, rebootRequested, firewall, securityGroupIds, launchFailsAt, notBefore, terminatedAt }
  const rest = {
    id: `i-${id}`,
    layers: [`layer-${id}`],
    address: `10.0.0.${id}`,
    volumes: [],
    instanceType: 't3.micro',
    metadata: {},
  }
  draft.put(place, 'instances', rest.id, { ...rest, ...row } as unknown as Instance)
}

/** The same rows in tables that nothing is known of. */
function copied(state: CloudState): CloudState {
  const draft = new Draft(emptyState('seed'))
  for (const at of Object.keys(state.places)) {
    for (const name of ['instances', 'securityGroups', 'images', 'layers'] as const) {
      for (const row of rowsIn(state, at, name)) draft.put(at, name, row.id, row)
    }
  }
  return draft.state
}

function comparable(state: CloudState): unknown {
  const tables = (['instances', 'securityGroups', 'images'] as const).map((name) => rowsIn(state, place, name))
  return [...tables, rowsIn(state, everywhere, 'layers')]
}

function kinds(commands: readonly MachineCommand[]): readonly string[] {
  return commands.map((one) => `${one.kind} ${'instanceId' in one ? one.instanceId : one.layerId}`).sort()
}

/** What is to be asked of machines, said once more and of every row. */
function kindsOfAll(state: CloudState): readonly string[] {
  const images = rowsIn(state, place, 'images')
  const instances = rowsIn(state, place, 'instances')
  const held = new Set(images.flatMap(({ making }) => (making?.kind === 'capture' ? [making.instanceId] : [])))
  const firewalls = new Firewalls(new Draft(state))
  const powers = instances.flatMap((instance) => {
    const kind = kindOf(instance, held.has(instance.id), firewalls.of(place, instance).digest)
    return kind === undefined || (instance.notBefore ?? 0) > now ? [] : [`${kind} ${instance.id}`]
  })
  const captures = images.flatMap(({ making }) =>
    making?.kind === 'capture' && instances.some((one) => one.id === making.instanceId && one.machine === 'off')
      ? [`capture ${making.instanceId}`]
      : [],
  )
  const used = new Set([...images, ...instances.filter((one) => one.state !== 'terminated')].flatMap(({ layers }) => layers))
  const removed = rowsIn(state, everywhere, 'layers').filter(({ id }) => !used.has(id))
  return [...powers, ...captures, ...removed.map(({ id }) => `remove-layer ${id}`)].sort()
}

function kindOf({ state, machine, ...instance }: Instance, isHeld: boolean, digest: string): string | undefined {
  const isUp = machine === 'booted' || machine === 'answering'
  if (state === 'stopping') return isUp ? 'stop' : undefined
  if (state === 'shutting-down') return isHeld || machine === 'none' || machine === 'gone' ? undefined : 'destroy'
  if ((state !== 'pending' && state !== 'running') || instance.launchFailsAt !== undefined) return undefined
  if (isHeld) return isUp ? 'stop' : undefined
  if (!isUp) return 'start'
  if (instance.rebootRequested) return 'reboot'
  if (instance.firewall !== digest) return 'set-firewall'
  return machine === 'booted' ? 'probe' : undefined
}
