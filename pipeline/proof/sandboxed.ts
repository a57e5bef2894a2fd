// A configuration as a proof bakes by it: its family as it is written, the account, its network and its keys the sandbox's. Pure.

import { type BaseQuery, type Config, debianAccount, eksOwners, type Family } from '../config/index.ts'
import { listed, type Problem, ProblemError } from '../kernel/index.ts'
import type { Place } from '../ports/index.ts'
import { proofArchitecture, tagsOf } from './plan.ts'

export interface SandboxWish {
  /** Of the proof. */
  readonly id: string
  readonly place: Place
  readonly family: string
  readonly reach: 'private' | 'public' | 'ssm'
  /** Undefined: as the configuration says. */
  readonly runnerCidrs: readonly string[] | undefined
  /** Undefined: as the configuration says. */
  readonly instanceType: string | undefined
  /** Undefined: AWS chooses in the default network. */
  readonly subnetId: string | undefined
  /** Of the sandbox. */
  readonly instanceProfile: string | undefined
}

export interface Sandboxed {
  readonly config: Config
  readonly family: Family
}

/** Throws a ProblemError with everything that keeps the family from being baked in a sandbox. */
export function sandboxed(config: Config, wish: SandboxWish): Sandboxed {
  const { id, place, reach, runnerCidrs, instanceType, subnetId, instanceProfile } = wish
  const { images } = config
  const family = needFamily(config, wish)
  // Of its own accord a proof follows no role, tells nobody, and keeps what it finds in its own folder.
  const { evidenceBucket: _bucket, fips: _fips, ...rest } = config
  const own: Family = { ...family, bases: basesAt(family, images.region, place.region) }
  return {
    family: own,
    config: {
      ...rest,
      images: {
        ...place,
        instanceType: { ...images.instanceType, ...(instanceType !== undefined && { [proofArchitecture]: instanceType }) },
        realBootType: images.realBootType,
        reach,
        runnerCidrs: runnerCidrs ?? images.runnerCidrs,
        ...(subnetId !== undefined && { subnetId }),
        ...(instanceProfile !== undefined && { instanceProfile }),
        kmsKeyIds: {},
        tags: tagsOf(id),
      },
      roles: {},
      notifications: [],
      families: [own],
    },
  }
}

function needFamily({ families, images }: Config, wish: SandboxWish): Family {
  const family = families.find(({ name }) => name === wish.family)
  if (family === undefined) {
    const names = families.map(({ name }) => name)
    throw new ProblemError({
      code: 'bad-argument',
      message: `the configuration has no family ${wish.family}`,
      hint: `it has ${listed(names, 10)}`,
    })
  }
  const problems: Problem[] = []
  if (!family.bases.some(({ architecture }) => architecture === proofArchitecture)) {
    problems.push({
      code: 'refused',
      message: `family ${family.name} has no base of ${proofArchitecture}, which a proof's groups are of`,
      hint: 'name a family that has one',
    })
  }
  if (wish.runnerCidrs === undefined && (wish.reach === 'public' || images.reach === 'public')) {
    problems.push({
      code: 'bad-argument',
      message: 'nobody has said where the runner comes from, and SSH is opened to nobody else',
      hint: 'name its addresses as the machines see them: --runners 203.0.113.7/32',
    })
  }
  if (wish.instanceProfile === undefined) problems.push(...needsOfProfile(family, wish.reach))
  if (wish.reach === 'ssm' && family.bases.some(isDebians)) {
    problems.push({
      code: 'refused',
      message: `family ${family.name} starts from Debian's own image, which has no SSM agent, and --reach ssm goes through that`,
      hint: 'choose another reach',
    })
  }
  if (problems.length > 0) throw new ProblemError(problems)
  return family
}

/** What would be refused at the end, an hour and its machines later. */
function needsOfProfile(family: Family, reach: SandboxWish['reach']): readonly Problem[] {
  const needs = [
    ...(reach === 'ssm' ? ['the SSM agent has to open the sessions that reach them (AmazonSSMManagedInstanceCore)'] : []),
    ...(family.kind === 'eks-node' ? ['nodeadm asks EC2 about its machine (ec2:DescribeInstances)'] : []),
    ...family.agents
      .filter(({ enrolments }) => enrolments.length > 0)
      .map(({ name }) => `${name} enrols with parameters (ssm:GetParameter)`),
    ...family.agents
      .filter(({ packages }) => packages.some(({ files }) => Object.values(files ?? {}).some(({ url }) => url.startsWith('s3:'))))
      .map(({ name }) => `${name} comes out of a bucket (s3:GetObject)`),
  ]
  if (needs.length === 0) return []
  return [
    {
      code: 'bad-argument',
      message: `the machines of ${family.name} need a role: ${needs.join('; ')}`,
      hint: 'make an instance profile in the sandbox that allows it: --instance-profile NAME',
    },
  ]
}

const isDebians = (base: BaseQuery) => 'ownerAccount' in base && base.ownerAccount === debianAccount

/** EKS's images belong to another account in some regions; owners that the configuration names itself stay. */
function basesAt({ bases }: Family, from: string, to: string): readonly BaseQuery[] {
  const usual = eksOwners(from).join()
  return bases
    .filter(({ architecture }) => architecture === proofArchitecture)
    .map((base) =>
      'ownerAccounts' in base && base.ownerAccounts.join() === usual ? { ...base, ownerAccounts: eksOwners(to) } : base,
    )
}
