// The rights that are printed: what IAM would take, for whom, about what; held against the Service Authorization Reference.

import { describe, expect, test } from 'vitest'
import { rightsLines } from '../../pipeline/cli/rights-lines.ts'
import { isDocumented, typesOf } from '../../pipeline/localcloud/authorization/reference.ts'
import { parsePolicy } from '../../pipeline/localcloud/policies/index.ts'
import { rightsOf, selected, terraformJson } from '../../pipeline/rights/index.ts'
import type { PolicyDocument, Statement } from '../../pipeline/rights/policy.ts'
import { documentsOf } from '../../pipeline/rights/policy.ts'
import { aFamily } from '../support/config.ts'
import { aPolicy, aSoakPolicy, aStage, aTarget } from '../support/factories.ts'
import { acme, acmeRights } from './acme.ts'

const rights = acmeRights()
const statements = rights.roles.flatMap(({ name, policies }) =>
  policies.flatMap(({ document }) => document.Statement.map((statement) => ({ role: name, sid: statement.Sid, statement }))),
)

describe('every document', () => {
  test('is one that IAM reads, and within its size', () => {
    for (const { trust, policies } of rights.roles) {
      expect(policies.length).toBeGreaterThan(0)
      for (const { document } of policies) {
        expect(() => parsePolicy(JSON.stringify(document), 'identity')).not.toThrow()
        expect(JSON.stringify(document).length).toBeLessThanOrEqual(6_144)
      }
      expect(trust).toBeDefined()
      // "The maximum length of a role trust policy is 2,048 characters" [doc: reference_iam-quotas].
      expect(JSON.stringify(trust).length).toBeLessThanOrEqual(2_048)
      expect(() => parsePolicy(JSON.stringify(trust), 'trust')).not.toThrow()
    }
    for (const { policy } of rights.keys) expect(() => parsePolicy(JSON.stringify(policy), 'resource')).not.toThrow()
  })

  test('that grows beyond IAM’s size is several', () => {
    const regions = ['eu', 'us', 'ap', 'sa'].flatMap((area) => [1, 2, 3].map((number) => `${area}-west-${number}`))
    const waves = [{ name: 'all', groups: regions.map((region) => aTarget(`${region}/web`)) }]
    const weekly = aPolicy({ stages: [aStage('prod', { waves })] })
    const { roles } = acmeRights({ families: [aFamily({ policies: { weekly, emergency: weekly } })] })
    const images = roles.find(({ name }) => name === 'drover-images')
    expect(images?.policies.map(({ name }) => name)).toEqual(['drover-images-1', 'drover-images-2'])
    for (const { document } of images?.policies ?? []) expect(JSON.stringify(document).length).toBeLessThanOrEqual(6_144)
  })

  test('none is made of nothing', () => expect(documentsOf([])).toEqual([]))
})

describe.each(statements.filter(({ statement }) => statement.Action.every(isKnown)))('$role $sid', ({ statement }) => {
  test('asks only for condition keys and resources its actions have', () => {
    expect(flawsOf(statement)).toEqual([])
  })
})

test('a condition key that an action does not have would be caught', () => {
  const Condition = { StringEquals: { 'aws:ResourceTag/drover:purpose': 'bake' } }
  const statement: Statement = { Sid: 'X', Effect: 'Allow', Action: ['ec2:DescribeImages'], Resource: ['*'], Condition }
  expect(flawsOf(statement)).toEqual(['ec2:DescribeImages has no aws:ResourceTag/drover:purpose'])
})

describe('who may take what', () => {
  test('production’s role only from production’s environment', () => {
    const trusts = Object.fromEntries(rights.roles.map(({ arn, trust }) => [arn, JSON.stringify(trust)]))
    const takers = (role: string) => [
      ...new Set([...(trusts[role] ?? '').matchAll(/role\/(drover-runner[\w-]*)/g)].map(([, name]) => name)),
    ]
    expect(takers('arn:aws:iam::444444444444:role/drover-promote')).toEqual(['drover-runner-production'])
    expect(takers('arn:aws:iam::222222222222:role/drover-promote')).toEqual(['drover-runner', 'drover-runner-production'])
    expect(trusts['arn:aws:iam::111111111111:role/drover-runner']).toContain('"repo:acme/images:environment:images"')
    const production = trusts['arn:aws:iam::111111111111:role/drover-runner-production'] ?? ''
    expect(production).toContain('"repo:acme/images:environment:production"')
    expect(production).not.toContain('environment:images')
  })

  test('the other environment’s runner is not even allowed to ask for it', () => {
    const [runner] = rights.roles
    expect(runner?.name).toBe('drover-runner')
    expect(JSON.stringify(runner?.policies)).not.toContain('444444444444')
  })

  test('a runner that is there already gets a policy and no trust', () => {
    const arn = 'arn:aws:iam::999999999999:user/ci'
    const { roles } = rightsOf(acme(), { arn })
    expect(roles[0]).toMatchObject({ arn, account: '999999999999', trust: undefined })
    expect(JSON.stringify(roles.at(-1)?.trust)).toContain(arn)
  })

  test('a role with an external ID asks for it, and lets in no session tags but drover’s', () => {
    const arn = 'arn:aws:iam::222222222222:role/drover-promote'
    const { roles } = acmeRights({ roles: { [arn]: { by: 'assume', externalId: 'acme-1' } } })
    const statements = roles.find((role) => role.arn === arn)?.trust?.Statement
    expect(statements?.map(({ Action, Condition }) => [Action, Condition])).toEqual([
      [['sts:AssumeRole'], { StringEquals: { 'sts:ExternalId': 'acme-1' } }],
      [
        ['sts:TagSession'],
        { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['drover:release', 'drover:family', 'drover:lane'] } },
      ],
    ])
  })

  test('a role taken by OIDC trusts the environments that may have it, by its own account’s provider, and no runner', () => {
    const accounts = ['222222222222', '444444444444']
    const arns = accounts.map((account) => `arn:aws:iam::${account}:role/drover-promote`)
    const { roles } = acmeRights({ roles: Object.fromEntries(arns.map((arn) => [arn, { by: 'oidc' } as const])) })
    const [dev, prod] = arns.map((arn) => roles.find((role) => role.arn === arn)?.trust?.Statement ?? [])
    const provider = (account?: string) => `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`
    const subject = 'token.actions.githubusercontent.com:sub'
    expect(dev?.map(({ Principal }) => Principal)).toEqual([{ Federated: [provider(accounts[0])] }])
    expect(dev?.[0]?.Condition?.StringEquals?.[subject]).toEqual([
      'repo:acme/images:environment:images',
      'repo:acme/images:environment:production',
    ])
    expect(prod?.map(({ Principal }) => Principal)).toEqual([{ Federated: [provider(accounts[1])] }])
    expect(prod?.[0]?.Condition?.StringEquals?.[subject]).toEqual(['repo:acme/images:environment:production'])
    for (const arn of arns) expect(JSON.stringify(roles[1]?.policies)).not.toContain(arn)
  })

  test('what has no role of its own is done as the runner', () => {
    const { images } = acme()
    const { role: _, ...without } = images
    const { roles } = acmeRights({ images: without })
    expect(roles.map(({ name }) => name)).not.toContain('drover-images')
    expect(roles[0]?.policies.flatMap(({ document }) => sids(document))).toContain('MakeImage')
  })
})

test('findings may be asked for only where a test does, of the service it names', () => {
  const findings = {
    kind: 'findings',
    name: 'quiet',
    source: 'inspector',
    atMost: { critical: 0, high: 0 },
    timeoutMs: 1,
  } as const
  const rightsWith = (tests: readonly (typeof findings)[]) => {
    const weekly = aPolicy({ stages: [aStage('prod', { soak: aSoakPolicy({ tests }) })] })
    return JSON.stringify(acmeRights({ families: [aFamily({ policies: { weekly, emergency: weekly } })] }))
  }
  expect(rightsWith([])).not.toMatch(/inspector2|guardduty/)
  expect(rightsWith([findings])).toMatch(/inspector2:ListCoverage","inspector2:ListFindings/)
  expect(rightsWith([findings])).not.toContain('guardduty')
})

test('sessions may be begun only where machines are reached so, only into those that pass, and only one’s own are used', () => {
  const { images } = acme()
  const sessionsOf = (reach: 'private' | 'ssm') =>
    acmeRights({ images: { ...images, reach } })
      .roles.flatMap(({ policies }) => policies.flatMap(({ document }) => document.Statement))
      .filter(({ Action }) => Action.some((action) => /^ssm:.*Session$|^ssmmessages:/.test(action)))
  expect(sessionsOf('private')).toEqual([])
  expect(sessionsOf('ssm').map(({ Action, Resource, Condition }) => [Action, Resource, Condition])).toEqual([
    [
      ['ssm:StartSession'],
      ['arn:aws:ec2:eu-central-1:111111111111:instance/*'],
      { StringEquals: { 'ssm:resourceTag/drover:purpose': ['bake', 'verify', 'scan'] } },
    ],
    [
      ['ssm:StartSession'],
      [
        'arn:aws:ssm:eu-central-1::document/AWS-StartPortForwardingSession',
        'arn:aws:ssm:eu-central-1::document/AWS-StartSSHSession',
      ],
      undefined,
    ],
    [
      ['ssm:TerminateSession', 'ssmmessages:OpenDataChannel'],
      [
        'arn:aws:ssm:eu-central-1:111111111111:session/drover-*',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of policies
        'arn:aws:ssm:eu-central-1:111111111111:session/${aws:userid}-*',
      ],
      undefined,
    ],
  ])
})

test('every deletion is bound to drover’s tag', () => {
  const deletions = statements.filter(({ statement }) =>
    statement.Action.some((action) => /Delete|Deregister|Terminate/.test(action)),
  )
  expect(deletions.length).toBeGreaterThan(1)
  for (const { statement } of deletions)
    expect(Object.keys(statement.Condition?.StringEquals ?? {})).toEqual(['aws:ResourceTag/drover:purpose'])
})

describe('other partitions', () => {
  const regional = (region: string) => {
    const weekly = aPolicy({ stages: [aStage('prod', { waves: [{ name: 'all', groups: [aTarget(`${region}/web`)] }] })] })
    const { images } = acme()
    return JSON.stringify(
      acmeRights({
        ledger: { kind: 's3', bucket: 'acme-ledger', prefix: '', region },
        images: {
          ...images,
          region,
          kmsKeyIds: { [region]: 'alias/drover' },
          role: 'arn:PART:iam::111111111111:role/drover-images',
        },
        families: [aFamily({ policies: { weekly, emergency: weekly } })],
      }),
    )
  }

  test('have ARNs and service principals of their own', () => {
    const gov = regional('us-gov-west-1')
    expect(gov).toContain('arn:aws-us-gov:ec2:us-gov-west-1:')
    expect(gov).toContain('"ec2.us-gov-west-1.amazonaws.com"')
    const china = regional('cn-north-1')
    expect(china).toContain('arn:aws-cn:s3:::acme-ledger/*')
    expect(china).toContain('"iam:PassedToService":"ec2.amazonaws.com.cn"')
    // The roles of the factory's stages are written as ARNs of the commercial partition.
    expect(china.replaceAll(/arn:aws:iam::\d+:role\/drover-promote/g, '')).not.toContain('arn:aws:')
  })

  test('where Packer cannot bring tags along, it may write them afterwards', () => {
    const sidsOf = (text: string) => [...text.matchAll(/"Sid":"(\w+)"/g)].map(([, sid]) => sid)
    expect(sidsOf(regional('cn-north-1'))).toContain('TagLater')
    expect(sidsOf(regional('us-gov-west-1'))).toContain('FinishImages')
    expect(sidsOf(JSON.stringify(rights))).not.toContain('FinishImages')
  })
})

describe('keys', () => {
  test('each has a policy and the grants of the accounts that launch what it encrypts', () => {
    expect(rights.keys.map(({ region, grants }) => [region, grants.map(({ account }) => account)])).toEqual([
      ['eu-central-1', ['222222222222', '333333333333', '444444444444']],
      ['eu-west-1', ['444444444444']],
    ])
    expect(rights.keys[1]?.grants[0]?.command).toBe(
      'aws kms create-grant --region eu-west-1 --key-id KEY_ARN --grantee-principal arn:aws:iam::444444444444:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling --operations CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo',
    )
  })

  test('of images that an organisation may launch, any of its accounts may make the same grant', () => {
    const organisationArn = 'arn:aws:organizations::111111111111:organization/o-0123456789'
    const shared = acmeRights({ images: { ...acme().images, organisationArn } })
    for (const { policy } of shared.keys) {
      expect(sids(policy ?? expect.fail('no policy')).slice(-2)).toEqual(['OrganisationLooks', 'OrganisationGrantsToAutoScaling'])
      const [looks, grants] = policy?.Statement.slice(-2) ?? []
      expect(looks).toMatchObject({
        Principal: { AWS: ['*'] },
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-0123456789' } },
      })
      expect(grants?.Condition).toMatchObject({ StringEquals: { 'aws:PrincipalOrgID': 'o-0123456789' } })
    }
    expect(shared.keys.map(({ grants }) => grants)).toEqual(rights.keys.map(({ grants }) => grants))
    for (const { policy } of shared.keys) expect(() => parsePolicy(JSON.stringify(policy), 'resource')).not.toThrow()
  })

  test('a stage’s account sees only the grants it makes', () => {
    const { keys, roles } = selected(rights, { account: '222222222222' })
    expect(roles.map(({ duties }) => duties)).toEqual([['dev']])
    expect(keys.map(({ region, policy, grants }) => [region, policy, grants.length])).toEqual([['eu-central-1', undefined, 1]])
  })
})

test('a role is found by its name, its ARN and what it is for', () => {
  for (const role of ['images', 'drover-images', 'arn:aws:iam::111111111111:role/drover-images'])
    expect(selected(rights, { role }).roles.map(({ name }) => name)).toEqual(['drover-images'])
})

test('the runner’s roles allow sessions as long as a job, in every format, and say why; others stay at AWS’s hour', () => {
  const long = rights.roles.filter(({ maxSession }) => maxSession !== undefined).map(({ name }) => name)
  expect(long).toEqual(['drover-runner', 'drover-runner-production'])
  const why = expect.stringContaining('takes this role once (role-duration-seconds)')
  const made = terraformJson(rights).resource.aws_iam_role ?? {}
  expect(made.role_111111111111_drover_runner).toMatchObject({ max_session_duration: 10_800, description: why })
  expect(made.role_444444444444_drover_promote).not.toHaveProperty('max_session_duration')
  const lines = rightsLines(rights)
  const at = lines.indexOf('aws iam update-role --role-name drover-runner --max-session-duration 10800')
  expect(lines[at - 1]).toMatch(/^## maximum session duration: 3h, because a job of the workflows takes this role once/)
  expect(lines.filter((line) => line.startsWith('## maximum session duration'))).toHaveLength(2)
})

test('as Terraform: a provider an account, each policy attached, an unknown key a variable', () => {
  const all = terraformJson(rights)
  expect(Object.keys(all.variable ?? {})).toEqual([
    'key_111111111111_eu_central_1_alias_drover',
    'key_111111111111_eu_west_1_alias_drover',
  ])
  expect(all.resource.aws_iam_role?.role_444444444444_drover_promote).toMatchObject({ provider: 'aws.account_444444444444' })
  const names = Object.keys(all.resource.aws_iam_policy ?? {})
  expect(Object.keys(all.resource.aws_iam_role_policy_attachment ?? {})).toEqual(names)
  expect(names).toHaveLength(7)
  const one = terraformJson(selected(rights, { account: '444444444444' }))
  expect(one.resource.aws_iam_role?.role_444444444444_drover_promote).not.toHaveProperty('provider')
  expect(one.resource).not.toHaveProperty('aws_kms_key_policy')
})

function sids({ Statement: all }: PolicyDocument): readonly string[] {
  return all.map(({ Sid }) => Sid)
}

/** Actions the local cloud has, and so the reference kept beside it. */
function isKnown(action: string): boolean {
  return Object.keys(typesOf(action)).length > 0 || isDocumented(action, '*', 'ec2:Region')
}

function flawsOf(statement: Statement): readonly string[] {
  const keys = Object.values(statement.Condition ?? {}).flatMap((asked) => Object.keys(asked))
  const types = [...new Set((statement.Resource ?? []).map((arn) => arn.split(':')[5]?.split('/')[0] ?? '*'))]
  return statement.Action.flatMap((action) => {
    const about = types.filter((type) => Object.hasOwn(typesOf(action), type))
    const strange = types.includes('*') || about.length > 0 ? [] : [`${action} is not about ${types.join(' or ')}`]
    const wrong = keys.filter((key) => !always.includes(key) && ![...about, '*'].some((type) => isDocumented(action, type, key)))
    return [...strange, ...wrong.map((key) => `${action} has no ${key}`)]
  })
}

/** Every request has these [doc: reference_policies_condition-keys]; of keys, KMS's own page says which requests have which. */
const always = ['aws:RequestedRegion', 'kms:ResourceAliases', 'kms:ViaService', 'kms:GrantIsForAWSResource']

test('a stage’s role may write the parameters that its groups’ images are in, and only with such groups', () => {
  const written = (...parameters: readonly (string | undefined)[]) => {
    const groups = parameters.map((parameter, index) =>
      aTarget(`eu-west-1/web-${index}`, parameter === undefined ? {} : { parameter }),
    )
    const weekly = aPolicy({ stages: [aStage('prod', { waves: [{ name: 'all', groups }] })] })
    const { roles } = acmeRights({ families: [aFamily({ policies: { weekly, emergency: weekly } })] })
    const all = roles.flatMap(({ policies }) => policies.flatMap(({ document }) => document.Statement))
    return all.filter(({ Action }) => Action.includes('ssm:PutParameter')).map(({ Resource }) => Resource)
  }
  expect(written(undefined)).toEqual([])
  expect(written(undefined, '/acme/web/image', '/acme/web/image')).toEqual([
    ['arn:aws:ssm:eu-west-1:444444444444:parameter/acme/web/image'],
  ])
})

test('a stage’s role may look at the keys of the stage’s own volumes, and only where it has some', () => {
  const looked = (kmsKeyIds: Readonly<Record<string, string>> | undefined) => {
    const stage = aStage('prod', {
      waves: [{ name: 'all', groups: [aTarget('eu-west-1/web')] }],
      ...(kmsKeyIds && { kmsKeyIds }),
    })
    const weekly = aPolicy({ stages: [stage] })
    const { roles } = selected(acmeRights({ families: [aFamily({ policies: { weekly, emergency: weekly } })] }), { role: 'prod' })
    const all = roles.flatMap(({ policies }) => policies.flatMap(({ document }) => document.Statement))
    return all.filter(({ Action }) => Action.some((action) => action.startsWith('kms:')))
  }
  expect(looked(undefined)).toEqual([])
  const id = '0b404cb2-260c-4d36-a90e-52ee2f0b4cdc'
  const Action = ['kms:DescribeKey', 'kms:ListGrants', 'kms:GetKeyPolicy']
  expect(looked({ 'eu-west-1': id })).toMatchObject([
    { Effect: 'Allow', Action, Resource: [`arn:aws:kms:eu-west-1:444444444444:key/${id}`] },
  ])
  expect(looked({ 'eu-west-1': 'alias/prod' })).toMatchObject([
    { Action, Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': ['alias/prod'] } } },
  ])
})

test('the parameters that name a node’s base may be read, and images of their owners launched', () => {
  const folder = '/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended'
  const base = { architecture: 'x86_64' as const, ownerAccounts: ['602401143452'], parameters: folder }
  const family = aFamily({ kind: 'eks-node', bases: [{ ...base, kubernetes: '1.33', distribution: 'base' }] })
  const images = acmeRights({ families: [family] }).roles.find(({ name }) => name === 'drover-images')
  const all = images?.policies.flatMap(({ document }) => document.Statement) ?? []
  expect(all.find(({ Sid }) => Sid === 'ReadBases')).toMatchObject({
    Action: ['ssm:GetParameter'],
    Resource: [`arn:aws:ssm:eu-central-1::parameter${folder}/*`],
  })
  expect(JSON.stringify(all.find(({ Sid }) => Sid === 'LaunchKnownImages'))).toContain('602401143452')
})
