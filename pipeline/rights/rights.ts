// Everything IAM and KMS must say for a configuration: a role an account, its policies and trust, and the keys.

import { type Config, ownersOf } from '../config/index.ts'
import { groupsOf, type StagePolicy } from '../release/index.ts'
import { groundOf, iamArn } from './arns.ts'
import { imagesStatements } from './images-role.ts'
import { type KeyRights, keyRights } from './keys.ts'
import { documentsOf, type PolicyDocument, type Statement } from './policy.ts'
import { type MaxSession, runnerSession, runnerStatements } from './runner.ts'
import { migrationStatements, type StageWork, stageStatements } from './stage-role.ts'
import { type Reach, type Repository, repositoryTrust, runnerTrust } from './trust.ts'

export interface Rights {
  readonly roles: readonly RoleRights[]
  readonly keys: readonly KeyRights[]
}

export interface RoleRights {
  readonly account: string
  readonly name: string
  readonly arn: string
  /** What it is for, as the configuration calls it: `images`, `dev`. */
  readonly duties: readonly string[]
  readonly trust: PolicyDocument | undefined
  /** Of a runner's role that a repository takes; for the others AWS's hour is enough, drover renews their sessions. */
  readonly maxSession?: MaxSession
  /** Managed policies, each within IAM's size. */
  readonly policies: readonly { readonly name: string; readonly document: PolicyDocument }[]
}

/** A repository, whose environments get a runner's role each; or the ARN of whatever the runner is already. */
export type Runner = { readonly repository: Repository } | { readonly arn: string }

/** What is printed only for those who ask for it. */
export interface Extras {
  /** Rights of `drover migrate`, in policies of their own. */
  readonly migration?: boolean
}

export function rightsOf(config: Config, runner: Runner, { migration = false }: Extras = {}): Rights {
  const stages = stagesOf(config)
  const regions = [config.images.region, ...stages.flatMap(({ groups }) => groups.map(({ region }) => region))]
  const images: Duty = {
    name: 'images',
    account: config.images.account,
    role: config.images.role,
    isProduction: false,
    statements: imagesStatements(config, [...new Set(regions)]),
    migration: [],
  }
  const duties = [
    images,
    ...stages.map(
      (work): Duty => ({
        ...work,
        statements: stageStatements(work),
        migration: migration ? migrationStatements(work) : [],
      }),
    ),
  ]
  const users = stages.flatMap(({ account, groups }) => groups.map(({ region }) => ({ account, region })))
  return {
    roles: [...runnerRoles(config, runner, duties), ...takenRoles(config, runner, duties)],
    keys: keyRights(config, images.role ?? runnerArn(config, runner, 'stages'), [...new Set(regions)], users),
  }
}

interface Duty {
  readonly name: string
  readonly account: string
  readonly role: string | undefined
  readonly isProduction: boolean
  readonly statements: readonly Statement[]
  readonly migration: readonly Statement[]
}

const reaches: readonly Reach[] = ['stages', 'production']

/** What has no role of its own is done as the runner. */
function runnerRoles(config: Config, runner: Runner, duties: readonly Duty[]): readonly RoleRights[] {
  const ground = groundOf(config.images.account, [config.images.region])
  const role = (arn: string, reach: Reach, trust: PolicyDocument | undefined) => {
    const within = duties.filter(({ isProduction }) => reach === 'production' || !isProduction)
    const taken = [...new Set(within.flatMap((duty) => duty.role ?? []))].filter((one) => config.roles[one]?.by !== 'oidc')
    const own = within.filter((duty) => duty.role === undefined)
    const rights = roleRights(
      arn,
      ['runner'],
      trust,
      [...runnerStatements(config, taken), ...own.flatMap(({ statements }) => statements)],
      own.flatMap(({ migration }) => migration),
    )
    return trust === undefined ? rights : { ...rights, maxSession: runnerSession }
  }
  if ('arn' in runner) return [role(runner.arn, 'production', undefined)]
  return reaches.map((reach) =>
    role(runnerArn(config, runner, reach), reach, repositoryTrust(ground, runner.repository, [reach])),
  )
}

function runnerArn(config: Config, runner: Runner, reach: Reach): string {
  if ('arn' in runner) return runner.arn
  const name = reach === 'production' ? 'drover-runner-production' : 'drover-runner'
  return iamArn(groundOf(config.images.account, [config.images.region]), `role/${name}`)
}

/** One role may have several duties; with production among them only production's runner may take it. */
function takenRoles(config: Config, runner: Runner, duties: readonly Duty[]): readonly RoleRights[] {
  const arns = [...new Set(duties.flatMap(({ role }) => role ?? []))]
  return arns.map((arn) => {
    const own = duties.filter(({ role }) => role === arn)
    const open = own.some(({ isProduction }) => isProduction) ? (['production'] as const) : reaches
    const names = own.map(({ name }) => name)
    return roleRights(
      arn,
      names,
      trustOf(config, runner, arn, open),
      own.flatMap(({ statements }) => statements),
      own.flatMap(({ migration }) => migration),
    )
  })
}

/** Straight from the repository's environments, or from the runner's roles that stand for them. */
function trustOf(config: Config, runner: Runner, arn: string, open: readonly Reach[]): PolicyDocument | undefined {
  const access = config.roles[arn]
  if (access?.by !== 'oidc') {
    return runnerTrust([...new Set(open.map((reach) => runnerArn(config, runner, reach)))], access?.externalId)
  }
  // What a token of another issuer says of whoever runs there, only its owner knows.
  if ('arn' in runner) return undefined
  const [, account = ''] = /::(\d{12}):/.exec(arn) ?? []
  return repositoryTrust(groundOf(account, [config.images.region]), runner.repository, open)
}

function roleRights(
  arn: string,
  duties: readonly string[],
  trust: PolicyDocument | undefined,
  statements: readonly Statement[],
  migration: readonly Statement[],
): RoleRights {
  const [, account = '', path = ''] = /::(\d{12}):\w+\/(.+)$/.exec(arn) ?? []
  const name = path.split('/').at(-1) ?? path
  const policies = [...policiesOf(name, statements), ...policiesOf(`${name}-migration`, migration)]
  return { account, name, arn, duties, trust, policies }
}

function policiesOf(name: string, statements: readonly Statement[]): RoleRights['policies'] {
  const documents = documentsOf(apart(statements))
  return documents.map((document, index) => ({
    name: documents.length === 1 ? name : `${name}-${index + 1}`,
    document,
  }))
}

/** Statement IDs must differ within a policy. */
function apart(statements: readonly Statement[]): readonly Statement[] {
  return statements.map((statement, index) => {
    const earlier = statements.slice(0, index).filter(({ Sid }) => Sid === statement.Sid).length
    return earlier === 0 ? statement : { ...statement, Sid: `${statement.Sid}${earlier + 1}` }
  })
}

/** Each stage as all families together use it. */
function stagesOf({ images, families }: Config): readonly StageWork[] {
  const policies = families.map(({ policies: { weekly } }) => weekly.stages)
  const owners = families.flatMap(({ bases }) => bases.flatMap(ownersOf))
  return (policies[0] ?? []).map((first, index, all) => {
    const same = policies.flatMap((stages) => stages.filter(({ name }) => name === first.name))
    return {
      name: first.name,
      account: first.account,
      role: first.role,
      isProduction: index === all.length - 1,
      groups: same.flatMap(groupsOf).map(({ region, name, parameter, nodeGroup, karpenter }) => {
        const kind = { ...(nodeGroup && { nodeGroup }), ...(karpenter && { karpenter }) }
        return { region, name, ...(parameter === undefined ? {} : { parameter }), ...kind }
      }),
      hasAlarms: same.some(watchesAlarms),
      hasCommands: same.some(({ soak }) => soak.tests.some(({ kind }) => kind === 'machine' || kind === 'drift')),
      clusters: [...new Set(same.flatMap(clustersOf))],
      findings: new Set(
        same.flatMap(({ soak }) => soak.tests.flatMap((test) => (test.kind === 'findings' ? [test.source] : []))),
      ),
      kmsKeyIds: first.kmsKeyIds ?? {},
      owners: [...new Set([images.account, first.account, ...owners])],
      sharedFrom: first.account === images.account ? undefined : images.account,
    }
  })
}

function clustersOf({ soak }: StagePolicy): readonly string[] {
  return soak.tests.flatMap((test) => (test.kind === 'cluster' && test.access.kind === 'eks' ? [test.access.cluster] : []))
}

function watchesAlarms(stage: StagePolicy): boolean {
  return stage.soak.alarms.length > 0 || groupsOf(stage).some(({ roll }) => roll.alarms.length > 0)
}
