// Whether the keys of a release's images can be used by whoever will need them: asked of KMS, nothing written.

import type { Cloud, CloudFailure, EncryptionKey, Place } from '../ports/index.ts'
import { groupsOf, type Policy, placeOf, type StagePolicy } from '../release/index.ts'
import { autoScalingRole, groundOf } from './arns.ts'
import { namesRole } from './key-policy.ts'
import { grantCommand } from './keys.ts'

interface KeyRefusal {
  readonly cause: string
  /** The way out. */
  readonly hint: string
}

export interface KeyOutlook {
  /** Nothing that a key stands in the way of should be baked. */
  readonly refusals: readonly KeyRefusal[]
  /** What could not be asked, and why, one sentence each. */
  readonly unasked: readonly string[]
}

export type KeyPolicy = Pick<Policy, 'home' | 'kmsKeyIds' | 'stages'>

/** What EBS needs of a key on behalf of whoever launches. [doc: key-policy-requirements-EBS-encryption] */
const needed = ['CreateGrant', 'Decrypt', 'DescribeKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo']

/** Every region's key, as the images' role sees it; and those of the stages' own volumes, as each stage's role sees them. */
export async function checkKeys(cloud: Cloud, policy: KeyPolicy): Promise<KeyOutlook> {
  const regions = new Set([policy.home.region, ...policy.stages.flatMap(groupsOf).map(({ region }) => region)])
  const ofImages = [...regions].map((region) => {
    const key = policy.kmsKeyIds[region]
    return key === undefined ? nothingWrong : checkImageKey(cloud, policy, region, key)
  })
  const ofVolumes = policy.stages.flatMap((stage) =>
    Object.entries(stage.kmsKeyIds ?? {}).map(([region, key]) => checkVolumeKey(cloud, stage, region, key)),
  )
  return joined(await Promise.all([...ofImages, ...ofVolumes]))
}

const nothingWrong: KeyOutlook = { refusals: [], unasked: [] }

function joined(outlooks: readonly KeyOutlook[]): KeyOutlook {
  return { refusals: outlooks.flatMap(({ refusals }) => refusals), unasked: outlooks.flatMap(({ unasked }) => unasked) }
}

async function checkImageKey(cloud: Cloud, { home, stages }: KeyPolicy, region: string, written: string): Promise<KeyOutlook> {
  return checkKey(cloud, stages, { ...home, region }, { written, named: `the key ${written} of images.kmsKeys for ${region}` })
}

/** What AWS keeps for the account may be used by whoever launches there: nobody grants it. */
async function checkVolumeKey(cloud: Cloud, stage: StagePolicy, region: string, written: string): Promise<KeyOutlook> {
  const named = `the key ${written} of stage ${stage.name}'s kmsKeys for ${region}`
  return checkKey(cloud, [stage], placeOf(stage, { region }), { written, named, mayBeAws: true })
}

interface AskedKey {
  readonly written: string
  readonly named: string
  readonly mayBeAws?: true
}

async function checkKey(
  cloud: Cloud,
  stages: readonly StagePolicy[],
  place: Place,
  { written, named, mayBeAws }: AskedKey,
): Promise<KeyOutlook> {
  const found = await cloud.at(place).describeKey(written)
  if (!found.ok) return isMissing(found) ? refused(missingKey(named, place)) : notAsked(`${named} was not checked`, found)
  if (mayBeAws && found.value.manager === 'aws') return nothingWrong
  const unusable = unusableKey(named, found.value)
  if (unusable !== undefined) return refused(unusable)
  const users = await launchersIn(cloud, stages, place.region)
  return joined(await Promise.all(users.map((role) => checkGrant(cloud, place, found.value.arn, role))))
}

function isMissing({ kind }: CloudFailure): boolean {
  return kind === 'not-found' || kind === 'invalid'
}

function missingKey(named: string, { account, region }: Place): KeyRefusal {
  return {
    cause: `${named} is not there`,
    hint: `Make it in account ${account}, region ${region}, or name the right one: aws kms list-aliases --region ${region}`,
  }
}

function unusableKey(named: string, { manager, state, arn }: EncryptionKey): KeyRefusal | undefined {
  if (manager === 'aws') {
    return { cause: `${named} is AWS's own: what it encrypts can't be shared`, hint: 'Name a customer-managed key.' }
  }
  if (state === 'Enabled') return undefined
  const hint = state === 'Disabled' ? `aws kms enable-key --key-id ${arn}` : `See what became of ${arn}, or name another key.`
  return { cause: `${named} can't be used: it is ${state}`, hint }
}

/** The roles that machines of the region's groups are launched as; of a group that can't be read, its account's usual one. */
async function launchersIn(cloud: Cloud, stages: readonly StagePolicy[], region: string): Promise<readonly string[]> {
  const roles = await Promise.all(
    stages.map(async (stage) => {
      // Karpenter launches as a role of its own, which is nowhere to be read.
      const here = groupsOf(stage).filter((group) => group.region === region && group.karpenter === undefined)
      const names = here.filter(({ nodeGroup }) => nodeGroup === undefined).map(({ name }) => name)
      if (here.length === 0) return []
      const usual = autoScalingRole(groundOf(stage.account, [region]))
      // Groups that EKS makes are launched as that role.
      const managed = names.length < here.length ? [usual] : []
      if (names.length === 0) return managed
      const groups = await cloud.at(placeOf(stage, { region })).describeGroups(names)
      const found = groups.ok ? groups.value.flatMap(({ serviceLinkedRole }) => serviceLinkedRole ?? []) : []
      return [...managed, ...(found.length === 0 ? [usual] : found)]
    }),
  )
  return [...new Set(roles.flat())].sort()
}

async function checkGrant(cloud: Cloud, place: Place, keyArn: string, role: string): Promise<KeyOutlook> {
  const at = cloud.at(place)
  const account = accountOf(role)
  const unknown = `whether Auto Scaling of account ${account} may use ${keyArn} was not checked`
  const grants = await at.grantsOf(keyArn, role)
  if (!grants.ok) return notAsked(unknown, grants)
  const missing = needed.filter((operation) => !grants.value.includes(operation))
  if (missing.length === 0) return nothingWrong
  // A key policy can name the role in the key's own account; elsewhere it takes a grant [doc: key-policy-requirements-EBS-encryption].
  if (accountOf(keyArn) === account) {
    const policy = await at.keyPolicy(keyArn)
    if (!policy.ok) return notAsked(unknown, policy)
    if (namesRole(policy.value, role, missing)) return nothingWrong
  }
  return refused({
    cause: `groups of account ${account} could not launch in ${place.region}: their service-linked role may not ${missing.join(', ')} with ${keyArn}`,
    hint: `From account ${account}: ${grantCommand(place.region, keyArn, role)}`,
  })
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? ''
}

function refused(refusal: KeyRefusal): KeyOutlook {
  return { refusals: [refusal], unasked: [] }
}

function notAsked(what: string, { message }: CloudFailure): KeyOutlook {
  return { refusals: [], unasked: [`${what}: ${message}`] }
}
