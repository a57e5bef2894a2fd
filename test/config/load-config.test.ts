import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Config, loadConfig } from '../../pipeline/config/index.ts'
import { formatProblem } from '../../pipeline/kernel/index.ts'
import { usualNodeHooks } from '../../pipeline/release/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'

const example = join(import.meta.dirname, '../../docs/examples/acme')
const good = join(import.meta.dirname, 'good')
const unjudged = async () => ({ problems: [], reached: [] })

async function load(path: string, checkProfile: Parameters<typeof loadConfig>[2] = unjudged): Promise<Config> {
  const loaded = await loadConfig(createFiles(), path, checkProfile)
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded.config
}

describe('the example', () => {
  it('loads without a problem, and reaches every file that belongs to it', async () => {
    const { organisation, ledger, images, families, reached } = await load(join(example, 'drover.yaml'))
    expect(organisation).toBe('acme')
    expect(ledger).toEqual({ kind: 's3', bucket: 'acme-drover-ledger', prefix: 'ledger', region: 'eu-central-1' })
    expect(images).toMatchObject({
      account: '111111111111',
      role: 'arn:aws:iam::111111111111:role/drover-images',
      reach: 'private',
    })
    expect(families.map(({ name }) => name)).toEqual(['web'])
    expect(reached).toContain(join(example, 'drover.yaml'))
    expect(reached).toContain(join(example, 'agents/rsyslog.yaml'))
    expect(reached).toContain(join(example, 'hardening/cis-level1-server.yaml'))
    expect(reached).not.toContain(join(example, 'local-cloud.yaml'))
  })

  it('carries every kind of agent the mission names', async () => {
    const { families } = await load(join(example, 'drover.yaml'))
    const purposes = families.flatMap(({ agents }) => agents.map(({ purpose }) => purpose))
    expect(new Set(purposes)).toEqual(
      new Set(['vulnerability-scanner', 'monitoring', 'log-shipper', 'intrusion-detection', 'login']),
    )
  })

  it('rolls the canary first and the disaster-recovery region before the main one; in an emergency both together', async () => {
    const { families } = await load(join(example, 'drover.yaml'))
    const wavesOf = (lane: 'weekly' | 'emergency') =>
      families[0]?.policies[lane].stages
        .at(-1)
        ?.waves.map(({ name, groups }) => [name, groups.map((group) => `${group.region}/${group.name}`)])
    expect(wavesOf('weekly')).toEqual([
      ['canary', ['eu-west-1/web-canary']],
      ['disaster-recovery', ['eu-west-1/web']],
      ['main', ['eu-central-1/web']],
    ])
    expect(wavesOf('emergency')).toEqual([
      ['canary', ['eu-west-1/web-canary']],
      ['disaster-recovery+main', ['eu-west-1/web', 'eu-central-1/web']],
    ])
  })

  it('works out a stage to the last default', async () => {
    const { families } = await load(join(example, 'drover.yaml'))
    const roll = {
      minHealthyPercentage: 100,
      maxHealthyPercentage: 200,
      instanceWarmupMs: 120_000,
      checkpointPercentages: [],
      checkpointDelayMs: 0,
      deadlineMs: 7_200_000,
      alarms: [],
    }
    expect(families[0]?.policies.weekly.stages[1]).toEqual({
      name: 'staging',
      account: '333333333333',
      role: 'arn:aws:iam::333333333333:role/drover-promote',
      approval: 'none',
      soak: {
        durationMs: 72_000_000,
        testEveryMs: 21_600_000,
        alarms: [],
        tests: [
          { kind: 'http', name: 'home page', port: 80, path: '/', expectStatus: 200, timeoutMs: 5_000 },
          {
            kind: 'machine',
            name: 'no failed units',
            script: expect.stringContaining('systemctl is-system-running --wait || '),
            timeoutMs: 60_000,
          },
          { kind: 'drift', name: 'still hardened', allow: [], timeoutMs: 300_000 },
        ],
      },
      waves: [{ name: 'all', groups: [{ name: 'web', region: 'eu-central-1', nodeHooks: usualNodeHooks, roll }] }],
    })
    expect(families[0]?.policies.weekly.stages[2]?.waves[0]?.groups[0]?.roll.alarms).toEqual(['web-5xx'])
  })
})

describe('the account of the images', () => {
  it('says how long a copy is waited for', async () => {
    const { images, families } = await load(join(good, 'drover.yaml'))
    expect([images.copyDeadlineMs, families[0]?.policies.emergency.copyDeadlineMs]).toEqual([18_000_000, 18_000_000])
  })
})

describe('the reference', () => {
  it('shows an agent file that is read as it stands, but for the files it names', async () => {
    const reference = await readFile(join(import.meta.dirname, '../../docs/config-reference.md'), 'utf8')
    const shown = /```yaml\n(purpose: [^`]*)```/.exec(reference)?.[1] ?? ''
    const folder = await mkdtemp(join(tmpdir(), 'drover-reference-'))
    await cp(good, folder, { recursive: true })
    await createFiles().write(join(folder, 'agents/rsyslog.yaml'), shown)
    const text = await readFile(join(folder, 'drover.yaml'), 'utf8')
    await writeFile(join(folder, 'drover.yaml'), text.replace('agents: []', 'agents: [rsyslog]'))
    const loaded = await loadConfig(createFiles(), join(folder, 'drover.yaml'), unjudged)
    const told = loaded.ok ? [] : loaded.problems.map(({ message }) => message)
    expect(told).toEqual([
      'there is no file vendor.asc',
      'there is no file or folder rsyslog/10-forward.conf',
      'there is no file or folder rsyslog/rootfs',
    ])
    await rm(folder, { recursive: true })
  })
})

describe('the hooks of the reference', () => {
  it('are read as they stand', async () => {
    const reference = await readFile(join(import.meta.dirname, '../../docs/config-reference.md'), 'utf8')
    const shown = /```yaml\n(hooks:\n[^`]*)```/.exec(reference)?.[1] ?? ''
    const folder = await mkdtemp(join(tmpdir(), 'drover-hooks-'))
    await cp(good, folder, { recursive: true })
    await createFiles().write(join(folder, 'hooks/silence.sh'), '#!/bin/sh\n')
    const text = await readFile(join(folder, 'drover.yaml'), 'utf8')
    const indented = shown.replaceAll(/^(?=.)/gm, '    ')
    await writeFile(join(folder, 'drover.yaml'), text.replace('    groups:\n', `${indented}    groups:\n`))
    const { families } = await load(join(folder, 'drover.yaml'))
    const hooksOf = (stage: number) => families[0]?.policies.weekly.stages[stage]?.hooks
    expect(hooksOf(0)).toBeUndefined()
    expect(hooksOf(1)).toEqual({
      before: [{ kind: 'program', name: 'silence', argv: [join(folder, 'hooks/silence.sh'), 'on'], timeoutMs: 60_000 }],
      after: [
        { kind: 'program', name: 'listen', argv: [join(folder, 'hooks/silence.sh'), 'off'], timeoutMs: 60_000 },
        {
          kind: 'webhook',
          name: 'balancer',
          url: 'https://lb.acme.example/drover',
          secret: { kind: 'environment', name: 'LB_KEY' },
          timeoutMs: 30_000,
        },
      ],
    })
    await rm(folder, { recursive: true })
  })
})

describe('a configuration', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drover-config-'))
    await cp(good, folder, { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true }))

  const file = () => join(folder, 'drover.yaml')
  const edit = async (from: string, to: string) => {
    const text = await readFile(file(), 'utf8')
    expect(text).toContain(from)
    await writeFile(file(), text.replace(from, to))
  }

  it('fills in every default there is', async () => {
    const config = await load(file())
    expect(config).toMatchObject({
      directory: folder,
      ledger: { kind: 'file', directory: join(folder, 'ledger') },
      evidenceDirectory: join(folder, '.drover/evidence'),
      images: {
        instanceType: { x86_64: 't3.large', arm64: 't4g.large' },
        reach: 'private',
        runnerCidrs: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
      },
    })
    expect(config.families[0]).toMatchObject({
      bases: [{ architecture: 'x86_64', ownerAccount: '136693071363', nameGlob: 'debian-13-amd64-*' }],
      verify: { bootDeadlineMs: 300_000, minimumScorePercent: 97 },
    })
  })

  it('says who may approve, when a stage may be rolled, and how many instance-hours it wants, lane by lane', async () => {
    const windows = 'windows: [{ days: [mon], from: "09:00", to: "16:00" }], timeZone: Europe/Berlin'
    const freezes = 'freezes: [{ from: 2026-12-20, to: 2027-01-04, reason: year end, timeZone: UTC }]'
    await edit('prod: { account: "444444444444",', `prod: { ${windows}, ${freezes}, account: "444444444444",`)
    await edit('soak: { dev: 4h, prod: 1h }', 'soak: { dev: 4h, prod: 1h }\n    exposure: { prod: 48 }')
    await edit('soak: { dev: 5m,', 'calendar: override\n    approval: { prod: { notBy: opener } }\n    soak: { dev: 5m,')
    const [family] = (await load(file())).families
    const [dev, weekly] = family?.policies.weekly.stages ?? []
    const emergency = family?.policies.emergency.stages[1]
    expect(dev).not.toHaveProperty('calendar')
    const calendar = {
      windows: [{ days: ['mon'], from: '09:00', to: '16:00', timeZone: 'Europe/Berlin' }],
      freezes: [{ from: '2026-12-20', to: '2027-01-04', reason: 'year end', timeZone: 'UTC' }],
    }
    expect(weekly).toMatchObject({ approval: 'none', calendar: { ...calendar, overridden: false }, soak: { instanceHours: 48 } })
    expect(emergency).toMatchObject({
      approval: 'required',
      approvers: { by: [], notOpener: true },
      calendar: { ...calendar, overridden: true },
    })
    expect(emergency?.soak).not.toHaveProperty('instanceHours')
  })

  it('works out who is told: secrets by name, regions, ports and what is told', async () => {
    const written = [
      'slack: { webhook: { environment: SLACK_WEBHOOK } }',
      'webhook: { url: { parameter: /drover/hook }, secret: { environment: HOOK_SECRET }, tell: everything }',
      'smtp: { host: mail.acme.example, from: images@acme.example, to: ops@acme.example }',
      'smtp: { host: localhost, port: 465, user: u, password: { environment: P }, from: images@acme.example, to: [a@b.example] }',
      'ses: { from: images@acme.example, to: ops@acme.example }',
      'sns: { topic: "arn:aws:sns:eu-west-1:111111111111:drover" }',
      'github: { repository: acme/images, token: { environment: TOKEN }, api: "https://github.acme.example/api/v3/" }',
    ]
    await edit('images:', `notifications:\n${written.map((one) => `  - ${one}\n`).join('')}images:`)
    const from = 'images@acme.example'
    const to = ['ops@acme.example']
    expect((await load(file())).notifications).toEqual([
      { kind: 'slack', webhook: { kind: 'environment', name: 'SLACK_WEBHOOK' }, tell: 'action' },
      {
        kind: 'webhook',
        url: { kind: 'parameter', name: '/drover/hook' },
        secret: { kind: 'environment', name: 'HOOK_SECRET' },
        tell: 'everything',
      },
      { kind: 'smtp', host: 'mail.acme.example', port: 587, security: 'starttls', from, to, tell: 'action' },
      {
        kind: 'smtp',
        host: 'localhost',
        port: 465,
        security: 'tls',
        login: { user: 'u', password: { kind: 'environment', name: 'P' } },
        from,
        to: ['a@b.example'],
        tell: 'action',
      },
      { kind: 'ses', region: 'eu-central-1', from, to, tell: 'action' },
      { kind: 'sns', region: 'eu-west-1', topic: 'arn:aws:sns:eu-west-1:111111111111:drover', tell: 'action' },
      {
        kind: 'github',
        repository: 'acme/images',
        token: { kind: 'environment', name: 'TOKEN' },
        api: 'https://github.acme.example/api/v3',
        label: 'drover',
        tell: 'action',
      },
    ])
  })

  it('writes roles in the partition of the regions', async () => {
    const text = await readFile(file(), 'utf8')
    await writeFile(file(), text.replaceAll('eu-central-1', 'cn-north-1').replaceAll('eu-west-1', 'cn-northwest-1'))
    const { images, families } = await load(file())
    expect(images.role).toBe('arn:aws-cn:iam::111111111111:role/drover-images')
    expect(families[0]?.policies.weekly.stages[0]?.role).toBe('arn:aws-cn:iam::222222222222:role/drover-promote')
  })

  it('says which organisation may launch the images', async () => {
    const organisation = 'arn:aws:organizations::111111111111:organization/o-0123456789'
    await edit('  copyDeadline: 5h', `  shareWith: { organisation: ${organisation} }`)
    const { images, families } = await load(file())
    expect([images.organisationArn, families[0]?.policies.weekly.organisationArn]).toEqual([organisation, organisation])
  })

  it('knows how each role is taken', async () => {
    await edit('role: drover-images', 'role: { name: drover-images, by: oidc }')
    const stage = 'dev: { account: "222222222222", role: '
    await edit(`${stage}drover-promote`, `${stage}{ name: drover-promote, externalId: acme-7d1f0c2e }`)
    const { images, roles } = await load(file())
    expect(images.role).toBe('arn:aws:iam::111111111111:role/drover-images')
    expect(roles).toEqual({
      'arn:aws:iam::111111111111:role/drover-images': { by: 'oidc' },
      'arn:aws:iam::222222222222:role/drover-promote': { by: 'assume', externalId: 'acme-7d1f0c2e' },
    })
  })

  it('lets groups of a family of two architectures say which they run', async () => {
    await edit('base: {', 'base:\n      - { owner: "136693071363", name: debian-13-arm64-*, architecture: arm64 }\n      - {')
    await edit('groups: [eu-central-1/web] }]', 'groups: [{ group: eu-central-1/web, architecture: arm64 }] }]')
    await edit('[eu-west-1/web-canary]', '[{ group: eu-west-1/web-canary, architecture: x86_64 }]')
    await edit('[eu-west-1/web, eu-central-1/web]', '[{ group: eu-west-1/web, architecture: arm64 }]')
    const { families } = await load(file())
    expect(families[0]?.bases.map(({ architecture }) => architecture)).toEqual(['arm64', 'x86_64'])
    expect(families[0]?.policies.weekly.stages[0]?.waves[0]?.groups[0]).toMatchObject({ name: 'web', architecture: 'arm64' })
  })

  it('takes merge keys and anchors as YAML means them: what stands in the mapping itself comes first', async () => {
    await edit(
      '  dev: { account: "222222222222", role: drover-promote }',
      '  dev: &stage { account: "222222222222", role: first }',
    )
    await edit(
      '  prod: { account: "444444444444", role: drover-promote }',
      '  prod: { account: "444444444444", <<: [*stage, { role: second }] }',
    )
    const { families } = await load(file())
    expect(families[0]?.policies.weekly.stages.map(({ account, role }) => [account, role])).toEqual([
      ['222222222222', 'arn:aws:iam::222222222222:role/first'],
      ['444444444444', 'arn:aws:iam::444444444444:role/first'],
    ])
  })

  it('finds programs written as paths beside itself, and leaves words to the PATH', async () => {
    await writeFile(join(folder, 'checkout.sh'), '#!/bin/sh\n')
    await edit(
      '    groups:\n',
      '    tests:\n      dev:\n        - program: { name: a, run: [./checkout.sh, --quick] }\n        - program: { name: b, run: [curl, x] }\n    groups:\n',
    )
    const { families, reached } = await load(file())
    const programs = families[0]?.policies.weekly.stages[0]?.soak.tests.map((test) => test.kind === 'program' && test.argv)
    expect(programs).toEqual([
      [join(folder, 'checkout.sh'), '--quick'],
      ['curl', 'x'],
    ])
    expect(reached).toContain(join(folder, 'checkout.sh'))
  })

  it('passes on what the hardening room says of the profile, after its own problems', async () => {
    const expired = { code: 'waiver-expired', message: 'the waiver of rule x ended on 2026-01-01' } as const
    await edit('dev: 4h', 'dev: 4')
    const asked: string[] = []
    const loaded = await loadConfig(createFiles(), file(), async (profileFile) => {
      asked.push(profileFile)
      return { problems: [expired], reached: [] }
    })
    expect(asked).toEqual([join(folder, 'profile.yaml')])
    expect(loaded).toMatchObject({ ok: false, problems: [{ code: 'config-wrong-unit' }, expired] })
  })

  it('says so when there is none', async () => {
    const loaded = await loadConfig(createFiles(), join(folder, 'nothing.yaml'), unjudged)
    expect(loaded).toMatchObject({ ok: false, problems: [{ code: 'config-missing-file' }] })
  })

  it('has a digest that any reached file changes, that nothing else changes, and that is the same elsewhere', async () => {
    await writeFile(join(folder, 'waivers.yaml'), 'one')
    const withWaivers = async () => ({ problems: [], reached: [join(folder, 'waivers.yaml')] })
    const { digest } = await load(file(), withWaivers)
    await writeFile(join(folder, 'notes'), 'not reached')
    expect((await load(file(), withWaivers)).digest).toBe(digest)
    await writeFile(join(folder, 'waivers.yaml'), 'two')
    expect((await load(file(), withWaivers)).digest).not.toBe(digest)
    await writeFile(join(folder, 'waivers.yaml'), 'one')
    await writeFile(join(folder, 'profile.yaml'), 'changed')
    expect((await load(file(), withWaivers)).digest).not.toBe(digest)

    const here = (await load(file())).digest
    const elsewhere = `${folder}-elsewhere`
    await rename(folder, elsewhere)
    expect((await load(join(elsewhere, 'drover.yaml'))).digest).toBe(here)
    await rename(elsewhere, folder)
  })

  it('is not led in circles by a link to a folder above', async () => {
    await edit('    groups:\n', '    provisioners:\n      - files: { from: tree, to: / }\n    groups:\n')
    await createFiles().write(join(folder, 'tree/etc/motd'), 'hello')
    await symlink('..', join(folder, 'tree/etc/loop'))
    const { reached } = await load(file())
    expect(reached).toContain(join(folder, 'tree/etc/motd'))
  })
})

describe('the example of nodes', () => {
  const nodes = join(import.meta.dirname, '../../docs/examples/eks')

  it('loads without a problem: nodes of one minor, reached by SSM alone, in all three stages', async () => {
    const { families, reached } = await load(join(nodes, 'drover.yaml'))
    const [family, ...others] = families
    expect(others).toEqual([])
    expect(family).toMatchObject({
      kind: 'eks-node',
      node: { kubernetes: '1.33', upgradeComponents: false },
      login: { user: 'ec2-user', allowGroups: [], by: { kind: 'ssm' } },
    })
    expect(family?.policies.weekly.stages.map(({ name, waves }) => [name, waves.length])).toEqual([
      ['dev', 1],
      ['staging', 1],
      ['prod', 3],
    ])
    for (const { services } of family?.agents ?? []) expect(services.length).toBeGreaterThan(0)
    expect(reached).toContain(join(nodes, 'agents/cloudwatch-agent/node.json'))
    expect(reached.some((path) => path.endsWith('hardening/profiles/al2023-cis-level-1-eks-node.yaml'))).toBe(true)
  })

  it('ships no log that nobody writes', async () => {
    const collected = JSON.parse(await readFile(join(nodes, 'agents/cloudwatch-agent/node.json'), 'utf8'))
    const written = await readFile(join(nodes, 'agents/rsyslog/20-nodes.conf'), 'utf8')
    const paths: string[] = collected.logs.logs_collected.files.collect_list.map((one: { file_path: string }) => one.file_path)
    const own = paths.filter((path) => path.startsWith('/var/log/nodes/'))
    expect(own).toHaveLength(3)
    for (const path of own) expect(written).toContain(`file="${path}"`)
  })

  describe('an agent that is not complete', () => {
    let folder: string
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'drover-nodes-'))
      await cp(nodes, folder, { recursive: true })
      await writeFile(join(folder, 'profile.yaml'), '')
    })
    afterEach(() => rm(folder, { recursive: true }))

    async function naming(agent: string) {
      const file = join(folder, 'drover.yaml')
      const text = (await readFile(join(nodes, 'drover.yaml'), 'utf8')).replace(/hardening: .*/, 'hardening: profile.yaml')
      await writeFile(file, text.replace('rsyslog, auditd]', `rsyslog, auditd, ${agent}]`))
      const loaded = await loadConfig(createFiles(), file, unjudged)
      return loaded.ok ? [] : loaded.problems.map(({ code, message }) => `${code}: ${message}`)
    }

    it.each(['falcon', 'inspector-plugin', 'node-exporter'])(
      '%s is refused until address and digest are filled in',
      async (agent) => {
        expect(await naming(agent)).toEqual([
          expect.stringMatching(/^config-wrong-value: "s3:\/\/FILL-IN\/.* is not an address of a file$/),
          'config-wrong-value: "FILL-IN" is not a SHA-256 digest',
        ])
        const file = join(folder, `agents/${agent}.yaml`)
        const text = await readFile(file, 'utf8')
        await writeFile(
          file,
          text.replace('//FILL-IN/', '//acme-packages/').replace('sha256: FILL-IN', `sha256: ${'a'.repeat(64)}`),
        )
        expect(await naming(agent)).toEqual([])
      },
    )

    it.each([
      ['falco', 'falco/falcosecurity.asc'],
      ['wazuh', 'wazuh/wazuh.asc'],
    ])('%s is refused without the key of its repository', async (agent, key) => {
      expect(await naming(agent)).toEqual([`config-missing-file: there is no file ${key}`])
      await mkdir(dirname(join(folder, 'agents', key)), { recursive: true })
      await writeFile(join(folder, 'agents', key), 'the bake compares its fingerprint')
      expect(await naming(agent)).toEqual([])
    })
  })
})

describe('a stage with nodes of Karpenter', () => {
  const warned = async (soak: string, more = '') => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-config-'))
    await cp(good, folder, { recursive: true })
    const file = join(folder, 'drover.yaml')
    const written = (await readFile(file, 'utf8'))
      .replace('groups: [eu-central-1/web] }]', 'groups: [{ karpenter: eu-central-1/acme/default, parameter: /acme/nodes }] }]')
      .replace('soak: { dev: 4h, prod: 1h }', `soak: { dev: ${soak}, prod: 1h }${more}`)
    await writeFile(file, written)
    const loaded = await loadConfig(createFiles(), file, unjudged)
    await rm(folder, { recursive: true })
    return loaded.ok ? loaded.warnings.map((one) => formatProblem(one).replace(folder, '.')) : loaded.problems
  }

  it('is warned of a soak that may end before Karpenter has looked', async () => {
    const warning = expect.stringMatching(
      /drover\.yaml:\d+:\d+: stage dev has nodes of Karpenter, no `exposure` and a soak of 4h: .*\n {4}Write exposure: \{ dev: 24 \}/,
    )
    expect(await warned('4h')).toEqual([warning])
  })

  it.each([
    ['25h', ''],
    ['4h', '\n    exposure: { dev: 24 }'],
  ])('is not with a soak of %s%s', async (soak, more) => {
    expect(await warned(soak, more)).toEqual([])
  })
})

describe('the lifecycle hooks of nodes', () => {
  const targets = async (written: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-config-'))
    await cp(good, folder, { recursive: true })
    const file = join(folder, 'drover.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('    groups:\n', `${written}    groups:\n`))
    const { families } = await load(file)
    await rm(folder, { recursive: true })
    return families[0]?.policies.weekly.stages.flatMap(({ waves }) => waves.flatMap(({ groups }) => groups)) ?? []
  }

  it('are demanded of every group as they are written, with the usual for what is not', async () => {
    const asked = await targets('    nodeHooks: { launch: join, drain: 30m }\n')
    expect(asked.map(({ nodeHooks }) => nodeHooks)).toEqual(
      new Array(4).fill({ launch: 'join', readyWithinMs: 600_000, drainMs: 1_800_000 }),
    )
  })

  it('may leave a node all but the last five minutes of the longest heartbeat', async () => {
    const [target] = await targets('    nodeHooks: { readyWithin: 115m }\n')
    expect(target?.nodeHooks?.readyWithinMs).toBe(6_900_000)
  })

  it('stand in every policy, so that it is known of a release what was asked when it was opened', async () => {
    for (const target of await targets('')) expect(target?.nodeHooks).toEqual(usualNodeHooks)
  })
})

describe('evidence', () => {
  const at = async (evidence: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'drover-config-'))
    await cp(good, folder, { recursive: true })
    const file = join(folder, 'drover.yaml')
    await writeFile(file, `${(await readFile(file, 'utf8')).replace(/^evidence:.*\n/m, '')}evidence: ${evidence}\n`)
    const { evidenceDirectory, evidenceBucket } = await load(file)
    await rm(folder, { recursive: true })
    return { evidenceDirectory: evidenceDirectory.replace(folder, '.'), evidenceBucket }
  }

  it.each([
    ['kept', './kept', undefined],
    ['file:kept', './kept', undefined],
    ['/srv/evidence', '/srv/evidence', undefined],
    [
      's3://acme/evidence/?region=eu-west-1',
      './.drover/evidence',
      { kind: 's3', bucket: 'acme', prefix: 'evidence', region: 'eu-west-1' },
    ],
  ])('in %s', async (written, evidenceDirectory, evidenceBucket) => {
    expect(await at(written)).toEqual({ evidenceDirectory, evidenceBucket })
  })
})
