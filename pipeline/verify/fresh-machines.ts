// Two fresh machines of the finished image, with a key, a security group and nothing shared; all of it goes away again.

import type { ImagesAccount } from '../config/index.ts'
import { formatDuration } from '../kernel/index.ts'
import type { Clock, CloudAt, CloudFailure, CloudOutcome, MachineInstance, Tags } from '../ports/index.ts'
import { withNodeConfig } from './node-user-data.ts'

export interface FreshMachinesRequest {
  readonly cloud: CloudAt
  readonly clock: Clock
  readonly account: ImagesAccount
  readonly imageId: string
  readonly instanceType: string
  readonly token: string
  readonly tags: Tags
  readonly publicKey: string
  /** Keys of a `#cloud-config` that every machine is launched with. */
  readonly cloudConfig?: Readonly<Record<string, unknown>>
  /** What a node of EKS configures itself for. */
  readonly nodeConfig?: string
  readonly bootDeadlineMs: number
  readonly signal: AbortSignal
  log(line: string): void
}

/** What verification launches carries this tag, so that a later run finds what a killed one left. */
const tokenTag = 'drover:verify'

/** What machines launched under one token share. */
export interface FreshGround {
  readonly name: string
  readonly securityGroupId: string
  readonly tags: Tags
}

/** The key pair and the security group of a verification. */
export async function prepareGround(request: FreshMachinesRequest): Promise<CloudOutcome<FreshGround>> {
  const tags = { ...request.tags, [tokenTag]: request.token }
  const name = `drover-verify-${request.token.slice(0, 12)}`
  const key = await request.cloud.importKeyPair(name, request.publicKey, tags)
  if (!key.ok) return key
  const group = await request.cloud.createSecurityGroup({
    name,
    description: 'drover: fresh machines under verification',
    // A session comes from the machine's own agent: there no port is opened.
    ingress: request.account.reach === 'ssm' ? [] : request.account.runnerCidrs.map((cidr) => ({ port: 22, cidr })),
    tags,
  })
  return group.ok ? { ok: true, value: { name, securityGroupId: group.value.id, tags } } : group
}

/** One fresh machine, running; whether it lets anyone in is the caller's to find out. */
export async function launchFresh(
  request: FreshMachinesRequest,
  ground: FreshGround,
  role: 'helper' | 'judged' | 'real-boot' | 'base',
  ownUserData = '',
): Promise<CloudOutcome<Reached>> {
  const userData = withNodeConfig(request.nodeConfig, userDataOf(request.cloudConfig ?? {}, ownUserData))
  const launched = await request.cloud.launch({
    imageId: request.imageId,
    instanceType: request.instanceType,
    securityGroupIds: [ground.securityGroupId],
    keyName: ground.name,
    ...(request.account.subnetId ? { subnetId: request.account.subnetId } : {}),
    ...(request.account.instanceProfile ? { instanceProfile: request.account.instanceProfile } : {}),
    ...(userData === '' ? {} : { userData }),
    tags: { ...ground.tags, Name: `${ground.name}-${role}` },
    // A resumed verification needs new machines, and AWS answers a known token with the old, terminated one. What a lost
    // attempt left is found by its tag, so the token need not be the same again.
    clientToken: `${request.token}-${role}-${request.clock.wallNow().toString(36)}`,
  })
  if (!launched.ok) return launched
  request.log(`${role} machine ${launched.value.id} launched`)
  return untilRunning(request, launched.value.id)
}

/** One `#cloud-config` of what all machines are given and of one that this machine has for itself; they share no key. */
export function userDataOf(all: Readonly<Record<string, unknown>>, own: string): string {
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
  return lines.length === 0 ? own : `${own || '#cloud-config\n'}${lines.join('')}`
}

export interface Reached {
  readonly id: string
  /** Where the runner reaches it by SSH, or what it calls it on the way through a session. */
  readonly address: string
  /** Where its neighbours reach it. */
  readonly privateAddress: string
}

/** Removes everything launched under the token, whoever launched it; what could not be removed is named. */
export async function disposeFresh(cloud: CloudAt, clock: Clock, token: string): Promise<readonly string[]> {
  const tags = { [tokenTag]: token }
  const left: string[] = []
  const note = (outcome: CloudOutcome<unknown>): void => {
    if (!outcome.ok && outcome.kind !== 'not-found') left.push(outcome.message)
  }
  const instances = await cloud.describeInstances({ tags })
  note(instances)
  const alive = instances.ok ? instances.value.filter(({ state }) => state !== 'terminated').map(({ id }) => id) : []
  if (alive.length > 0) {
    note(await cloud.terminate(alive))
    note(await untilTerminated(cloud, clock, alive))
  }
  const groups = await cloud.findSecurityGroups(tags)
  note(groups)
  if (groups.ok) for (const { id } of groups.value) note(await cloud.deleteSecurityGroup(id))
  const keys = await cloud.findKeyPairs(tags)
  note(keys)
  if (keys.ok) for (const { name } of keys.value) note(await cloud.deleteKeyPair(name))
  return left
}

async function untilRunning(request: FreshMachinesRequest, id: string): Promise<CloudOutcome<Reached>> {
  const deadline = request.clock.now() + request.bootDeadlineMs
  while (request.clock.now() < deadline) {
    const found = await request.cloud.describeInstances({ ids: [id] })
    // A new ID may be unknown for a moment.
    if (!found.ok && found.kind !== 'not-found') return found
    const instance = found.ok ? found.value[0] : undefined
    const address = instance && reachedAddress(request.account, instance)
    if (instance?.state === 'running' && address && instance.privateAddress) {
      return { ok: true, value: { id, address, privateAddress: instance.privateAddress } }
    }
    if (instance && instance.state !== 'pending' && instance.state !== 'running') {
      return failure('invalid', `${id} went to ${instance.state}: ${instance.stateReason ?? 'no reason given'}`)
    }
    await request.clock.pause(2_000, request.signal)
  }
  return failure('unavailable', `${id} was not running after ${formatDuration(request.bootDeadlineMs)}`)
}

function reachedAddress(account: ImagesAccount, instance: MachineInstance): string | undefined {
  return account.reach === 'public' ? instance.publicAddress : instance.privateAddress
}

async function untilTerminated(cloud: CloudAt, clock: Clock, ids: readonly string[]): Promise<CloudOutcome<void>> {
  const deadline = clock.now() + 600_000
  while (clock.now() < deadline) {
    const found = await cloud.describeInstances({ ids })
    if (!found.ok) return found.kind === 'not-found' ? { ok: true, value: undefined } : found
    if (found.value.every(({ state }) => state === 'terminated')) return { ok: true, value: undefined }
    await clock.pause(2_000)
  }
  return failure('unavailable', `${ids.join(', ')} did not terminate within 10m`)
}

function failure(kind: CloudFailure['kind'], message: string): CloudFailure {
  return { ok: false, kind, code: 'Verify', message }
}
