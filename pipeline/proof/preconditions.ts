// What must be so before a proof makes anything: the account that was named, said by a person to be a sandbox, and tidy.

import { debianAccount, type Family } from '../config/index.ts'
import { listed, type Problem, ProblemError } from '../kernel/index.ts'
import type { CloudAt, CloudFailure, MachineImage } from '../ports/index.ts'
import type { PinnedBase } from '../release/index.ts'
import { pricedTypes } from './cost.ts'
import { type ProofPlan, sandboxParameter, typesOf } from './plan.ts'
import { proofsIn } from './teardown.ts'

/** Throws a ProblemError when the runner is somebody else, or nobody has said that the account may break. */
export async function needSandbox(at: CloudAt): Promise<void> {
  const { account, region } = at.place
  const identity = await at.identity()
  if (!identity.ok) throw problemOf(identity, 'credentials are taken as any SDK finds them: environment, profile, instance role')
  if (identity.value.account !== account) {
    throw new ProblemError({
      code: 'refused',
      message: `the credentials are of account ${identity.value.account}, not of ${account}`,
      hint: 'choose the sandbox’s profile (AWS_PROFILE), or name the account that is meant',
    })
  }
  const sandbox = await at.parameter(sandboxParameter)
  if (!sandbox.ok && sandbox.kind !== 'not-found')
    throw problemOf(sandbox, `the proof needs ssm:GetParameter on ${sandboxParameter}`)
  if (sandbox.ok && sandbox.value === 'yes') return
  throw new ProblemError({
    code: 'refused',
    message: `nobody has said that account ${account} is a sandbox: everything in it may break`,
    hint: `if it is one: aws ssm put-parameter --region ${region} --name ${sandboxParameter} --type String --value yes`,
  })
}

/** Throws a ProblemError with everything that is in the way. */
export async function needPlace(at: CloudAt, plan: ProofPlan): Promise<void> {
  const problems: Problem[] = typesOf(plan)
    .filter((type) => !pricedTypes.includes(type))
    .map((type) => ({
      code: 'bad-argument',
      message: `what a ${type} costs is not known, so no ceiling could be kept`,
      hint: `take one of ${pricedTypes.join(', ')}${type === plan.baked?.instanceType ? ': --build-type' : ''}`,
    }))
  const network = await at.defaultNetwork()
  if (!network.ok) {
    problems.push({
      code: 'refused',
      message: network.message,
      hint: 'the proof uses the default VPC: aws ec2 create-default-vpc',
    })
  }
  const earlier = await proofsIn(at)
  if (!earlier.ok) throw problemOf(earlier, 'the proof must be able to find what it makes')
  for (const id of earlier.value) {
    problems.push({
      code: 'already-running',
      message: `the proof ${id} runs there, or has left something`,
      hint: `if it does not run any more: --teardown ${id}`,
    })
  }
  if (problems.length > 0) throw new ProblemError(problems)
}

/** Throws a ProblemError when what a bake of the family makes could be taken for something else's, or its machines could not enrol. */
export async function needRoomFor(at: CloudAt, { name, agents }: Family): Promise<void> {
  const { account, region } = at.place
  const problems: Problem[] = []
  const images = await at.findImages({ owners: ['self'], nameGlob: `drover-${name}-*` })
  if (!images.ok) throw problemOf(images, 'the proof must be able to find what it makes')
  // A bake that fails removes what goes by the image's name.
  const alike = images.value.filter((image) => /^\d{4}\./.test(image.name.slice(`drover-${name}-`.length)))
  if (alike.length > 0) {
    problems.push({
      code: 'refused',
      message: `account ${account} has images of family ${name} in ${region}: ${listed(
        alike.map((image) => image.name),
        3,
      )}`,
      hint: 'the proof’s would go by the same names: prove it in another account or region',
    })
  }
  for (const { name: agent, enrolments } of agents) {
    for (const { parameter } of enrolments) {
      const value = await at.parameter(parameter)
      if (value.ok) continue
      const hint = `put it there: aws ssm put-parameter --region ${region} --name ${parameter} --type SecureString --value …`
      problems.push({ code: 'not-found', message: `${agent} enrols with ${parameter} of ${account}: ${value.message}`, hint })
    }
  }
  if (problems.length > 0) throw new ProblemError(problems)
}

/** The image that is named, else Debian's newest. Throws a ProblemError when there is none. */
export async function findBase(at: CloudAt, named: string | undefined): Promise<PinnedBase> {
  const hint = 'name an image that the account may copy: --image AMI'
  if (named !== undefined) {
    const image = await at.describeImage(named)
    if (image.ok) return pinned(image.value)
    throw problemOf(image, hint)
  }
  const found = await at.findImages({ owners: [debianAccount], nameGlob: 'debian-13-amd64-*', architecture: 'x86_64' })
  if (!found.ok) throw problemOf(found, hint)
  const [newest] = [...found.value].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  if (newest !== undefined) return pinned(newest)
  throw new ProblemError({ code: 'not-found', message: `there is no image of Debian 13 in ${at.place.region}`, hint })
}

function pinned({ architecture, id, name, ownerAccount, createdAt }: MachineImage): PinnedBase {
  return { architecture, imageId: id, name, ownerAccount, createdAt }
}

function problemOf({ message, kind }: CloudFailure, hint: string): ProblemError {
  return new ProblemError({ code: kind === 'not-found' ? 'not-found' : 'missing-right', message, hint })
}
