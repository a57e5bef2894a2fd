// `drover prove`: the chain in miniature in a sandbox account of AWS, torn down at the end, compared with the local cloud.

import { resolve } from 'node:path'
import { componentsOf } from '../../config/index.ts'
import { badArgument, parseDuration } from '../../kernel/index.ts'
import { type BakedPlan, type ProofPlan, proofArchitecture, type SandboxWish } from '../../proof/index.ts'
import { createFiles, createRandom, createSystemClock } from '../../system/index.ts'
import { type CommandSpec, type Invocation, optionFlag, optionText } from '../command.ts'
import { configFileOf, configOption } from '../invocation.ts'
import { needBake, type ProofBake } from '../proof-baking.ts'
import { prove as proveIt, tearDownProof } from '../prove.ts'
import { cacheDirectory, readTools } from '../tools.ts'

export const prove: CommandSpec = {
  summary: 'run the chain in a sandbox account of AWS under a cost ceiling, tear it down, compare it with the local cloud',
  options: [
    { flags: '--account <id>', description: 'the sandbox; refused when the credentials are of another' },
    { flags: '--region <region>', description: 'where' },
    { flags: '--ceiling <usd>', description: 'what it may cost at most; reached, it is torn down' },
    { flags: '--type <type>', description: 'of the machines', default: 't3.micro' },
    { flags: '--soak <duration>', description: 'of each stage', default: '3m' },
    { flags: '--image <ami>', description: 'what is copied and rolled out (default: Debian’s newest)' },
    { flags: '--bake <family>', description: 'bake and verify that family of the configuration instead of copying an image' },
    configOption,
    { flags: '--build-type <type>', description: 'of the machines that bake and verify (default: as the configuration says)' },
    {
      flags: '--reach <way>',
      description: 'how they are reached from here: public, ssm, or private from inside',
      default: 'public',
    },
    { flags: '--runners <cidrs>', description: 'where SSH to them comes from: 203.0.113.7/32; several by comma' },
    { flags: '--subnet <id>', description: 'where they stand (default: AWS chooses in the default network)' },
    { flags: '--instance-profile <name>', description: 'their role, in the sandbox' },
    { flags: '--against <file>', description: 'compare with that trace of the local cloud, instead of making one' },
    { flags: '--keep-going', description: 'compare also when the release did not come to production' },
    { flags: '--dry-run', description: 'only look, and say what would be made and what it would cost' },
    { flags: '--teardown <id>', description: 'only remove what the proof of that ID has left' },
  ],
  examples: [
    'drover prove --account 123456789012 --region eu-central-1 --ceiling 5 --dry-run',
    'drover prove --account 123456789012 --region eu-central-1 --ceiling 5 --bake web --runners 203.0.113.7/32',
    'drover prove --account 123456789012 --region eu-central-1 --teardown p1a2b3c4d',
  ],
  async run(invocation) {
    const { output, signal, json } = invocation
    const random = createRandom()
    const options = { clock: createSystemClock(), random, sessionName: 'proof' }
    const teardown = optionText(invocation, 'teardown')
    const plan = planOf(invocation, teardown ?? `p${random.hex(8)}`)
    if (teardown !== undefined) return tearDownProof(options, plan, output)
    const ceilingUsd = ceilingOf(optionText(invocation, 'ceiling'))
    const bake = await bakeOf(invocation, plan)
    const wish = {
      plan: bake === undefined ? plan : { ...plan, baked: bakedPlan(bake) },
      ceilingUsd,
      image: optionText(invocation, 'image'),
      bake,
      dryRun: optionFlag(invocation, 'dryRun'),
      keepGoing: optionFlag(invocation, 'keepGoing'),
      against: optionText(invocation, 'against'),
      directory: resolve(process.env.DROVER_STATE || '.drover', 'proofs', plan.id),
      json,
    }
    return proveIt(options, wish, output, signal)
  },
}

function planOf(invocation: Invocation, id: string): ProofPlan {
  const account = optionText(invocation, 'account') ?? ''
  const region = optionText(invocation, 'region') ?? ''
  if (!/^\d{12}$/.test(account))
    throw badArgument('prove needs --account, twelve digits', 'name the sandbox: nothing is guessed here')
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw badArgument('prove needs --region', 'such as --region eu-central-1')
  if (!/^p[0-9a-f]{8}$/.test(id)) throw badArgument(`“${id}” is no proof’s ID`, 'it is in the value of the tag drover:proof')
  const soak = optionText(invocation, 'soak') ?? ''
  const soakMs = parseDuration(soak)
  if (soakMs === undefined || soakMs > 3_600_000)
    throw badArgument(`“${soak}” is no soak of at most an hour`, 'such as --soak 3m')
  return { id, place: { account, region }, instanceType: optionText(invocation, 'type') ?? '', soakMs }
}

async function bakeOf(invocation: Invocation, plan: ProofPlan): Promise<ProofBake | undefined> {
  const family = optionText(invocation, 'bake')
  if (family === undefined) return undefined
  if (optionText(invocation, 'image') !== undefined)
    throw badArgument('--image names what is copied, and --bake copies nothing', 'leave one of them out')
  const wish: SandboxWish = {
    id: plan.id,
    place: plan.place,
    family,
    reach: reachOf(optionText(invocation, 'reach')),
    runnerCidrs: runnersOf(optionText(invocation, 'runners')),
    instanceType: optionText(invocation, 'buildType'),
    subnetId: optionText(invocation, 'subnet'),
    instanceProfile: optionText(invocation, 'instanceProfile'),
  }
  return needBake(configFileOf(invocation), wish, await readTools(createFiles(), cacheDirectory(process.env)))
}

function bakedPlan({ config: { images }, family }: ProofBake): BakedPlan {
  const isNode = componentsOf(family) !== undefined
  return { family: family.name, instanceType: images.instanceType[proofArchitecture], reach: images.reach, isNode }
}

function reachOf(text: string | undefined): SandboxWish['reach'] {
  if (text === 'private' || text === 'public' || text === 'ssm') return text
  throw badArgument(
    `“${text}” is no way that a proof reaches its machines`,
    '--reach public, through the SSM agent --reach ssm, or from inside --reach private',
  )
}

function runnersOf(text: string | undefined): readonly string[] | undefined {
  const cidrs = text?.split(',')
  const wrong = cidrs?.find((cidr) => !/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(cidr))
  if (wrong === undefined) return cidrs
  throw badArgument(`“${wrong}” is no range of addresses`, 'such as --runners 203.0.113.7/32')
}

function ceilingOf(text: string | undefined): number {
  const usd = Number(text)
  if (text === undefined || !(usd > 0) || usd > 1_000) {
    throw badArgument('prove needs --ceiling, in USD', 'such as --ceiling 5: what the proof may cost at most')
  }
  return usd
}
