// What the commands say of families of nodes: that Amazon Linux is not rehearsed, and when its Kubernetes leaves support.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needRehearsable } from '../../pipeline/cli/rehearsable.ts'
import { supportLines, supportOf } from '../../pipeline/cli/support-lines.ts'
import { loadChecked } from '../../pipeline/cli/wiring.ts'
import { aConfig, aFamily } from '../support/config.ts'
import { aPolicy, aStage, aTarget } from '../support/factories.ts'

const settings = { upgradeComponents: false, supportNoticeMs: 60 * 86_400_000, afterSupport: 'warn' } as const
const nodes = (kubernetes: string, name = 'nodes') =>
  aFamily({ name, kind: 'eks-node', bases: [], node: { kubernetes, ...settings } })
const program = new URL('../../scripts/drover', import.meta.url).pathname
const example = new URL('../../docs/examples/eks/drover.yaml', import.meta.url).pathname

test('a rehearsal of nodes is refused before anything is made, with what can be rehearsed instead', async () => {
  const { exitCode, stderr } = await execa(program, ['rehearse', '--config', example], { reject: false })
  expect(exitCode).toBe(2)
  expect(stderr).toContain("family nodes is eks-node: Amazon Linux can't be booted here, so it can't be rehearsed [refused]")
  expect(stderr).not.toContain('base image')

  const both = aConfig({ families: [aFamily(), nodes('1.33')] })
  expect(() => needRehearsable(both, 'nodes')).toThrow('Amazon Linux')
  for (const family of ['web', undefined, 'nobody']) expect(() => needRehearsable(both, family)).not.toThrow()
})

test('a rehearsal with groups of a cluster is refused, whichever family they are of', () => {
  const nodeGroup = { cluster: 'acme', name: 'workers', force: false }
  const stages = [aStage('prod', { waves: [{ name: 'all', groups: [aTarget('eu-west-1/acme/workers', { nodeGroup })] }] })]
  const weekly = aPolicy({ stages })
  const config = aConfig({ families: [aFamily(), aFamily({ name: 'nodes', policies: { weekly, emergency: weekly } })] })
  expect(() => needRehearsable(config, 'web')).toThrow(/of family nodes belongs to a cluster, and a rehearsal has none/)
})

test('support is spoken of where there is something to say, by each family', () => {
  const config = aConfig({ families: [aFamily(), nodes('1.32'), nodes('1.34', 'next')] })
  expect(supportLines(supportOf(config, Date.parse('2026-06-01')))).toEqual([
    'nodes: EKS has had Kubernetes 1.32 in extended support, at extra cost, since 2026-03-23; it ends on 2027-03-23',
  ])
  expect(supportOf(config, Date.parse('2027-03-23'))).toMatchObject([
    { family: 'nodes', kubernetes: '1.32', ended: true },
    { family: 'next', kubernetes: '1.34', ended: false },
  ])
})

describe('the hardening profile of a node', () => {
  const profiles = new URL('../../hardening/profiles/', import.meta.url).pathname
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp('/tmp/drover-node-profiles-')
  })
  afterAll(() => rm(directory, { recursive: true }))

  /** The example's family without what only it needs, over another of the profiles that drover ships. */
  async function over(kind: string, profile: string): Promise<string> {
    const debian = 'base: { owner: "136693071363", name: debian-13-amd64-* }'
    const file = `${directory}/${kind}-${basename(profile)}`
    const written = (await readFile(example, 'utf8'))
      .replace(/^ledger: .*/m, 'ledger: file:ledger')
      .replace(/^evidence: .*/m, 'evidence: file:evidence')
      .replace(/agents: \[.*\]/, 'agents: []')
      .replace(/login: .*/, 'login: { user: ec2-user, allowGroups: [wheel] }')
      .replace(/hardening: .*/, `hardening: ${resolve(profiles, profile)}`)
    const ofDebian = written.replace('kind: eks-node', `kind: k8s-node\n    ${debian}`).replace(/ {4}node:\n( {6}.*\n)+/, '')
    await writeFile(file, kind === 'eks-node' ? written : ofDebian)
    return file
  }

  async function warnedOf(kind: string, profile: string): Promise<readonly string[]> {
    const loaded = await loadChecked(await over(kind, profile))
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'))
    return loaded.warnings.map(({ message }) => message.replace(/^.*: /, ''))
  }

  test.each([
    ['eks-node', 'al2023-cis-level-1-eks-node.yaml'],
    ['k8s-node', 'debian-13-cis-level-1-k8s-node.yaml'],
  ])('of kind %s that drover ships is not warned of', async (kind, profile) => {
    expect(await warnedOf(kind, profile)).toEqual([])
  })

  const files = 'no_files_unowned_by_user, file_permissions_ungroupowned, file_permissions_unauthorized_world_writable'
  const sysctls = (...names: readonly string[]) => names.map((name) => `sysctl_net_${name}`).join(', ')

  test.each([
    [
      'eks-node',
      'al2023-cis-level-1-server.yaml',
      `${sysctls('ipv4_ip_forward', 'ipv6_conf_all_forwarding', 'ipv4_conf_all_rp_filter', 'ipv4_conf_default_rp_filter')}, ${files}, dir_perms_world_writable_sticky_bits, the package firewalld`,
    ],
    [
      'k8s-node',
      'debian-13-cis-level-1-server.yaml',
      `${sysctls('ipv4_conf_all_forwarding', 'ipv4_conf_default_forwarding', 'ipv6_conf_all_forwarding', 'ipv6_conf_default_forwarding')}, package_ufw_installed, check_ufw_active, service_ufw_enabled, ufw_default_incoming_rule, ufw_disabled_routed, ${files}, the control firewall`,
    ],
  ])('of kind %s is warned of everything that breaks it in %s', async (kind, profile, harms) => {
    expect(await warnedOf(kind, profile)).toEqual([harms])
  })

  /** A copy whose level was raised, as whoever starts from it may do. */
  async function raised(profile: string, level: RegExp, to: string): Promise<string> {
    const file = `${directory}/level-2-${profile}`
    const text = await readFile(`${profiles}${profile}`, 'utf8')
    expect(text).toMatch(level)
    await writeFile(file, text.replace(level, `profile: ${to}`))
    return file
  }

  test('of EKS is warned of what Level 2 adds to the harm, also where it is drover’s own at that level', async () => {
    const added =
      'package_firewalld_installed, service_firewalld_enabled, firewalld_loopback_traffic_restricted, firewalld_loopback_traffic_trusted, selinux_state'
    expect(
      await warnedOf('eks-node', await raised('al2023-cis-level-1-eks-node.yaml', /^profile: cis_server_l1$/m, 'cis')),
    ).toEqual([added])
    const [ofServer] = await warnedOf('eks-node', 'al2023-cis-level-2-server.yaml')
    expect(ofServer).toContain(`dir_perms_world_writable_sticky_bits, ${added}, the package firewalld`)
  })

  test('of Debian’s own packages is too', async () => {
    const own = await raised('debian-13-cis-level-1-k8s-node.yaml', /^profile: cis_level1_server$/m, 'cis_level2_server')
    expect(await warnedOf('k8s-node', own)).toEqual([
      'sysctl_net_ipv4_ip_forward, ufw_default_outgoing_rule, kernel_module_overlayfs_disabled',
    ])
    const [ofServer] = await warnedOf('k8s-node', 'debian-13-cis-level-2-server.yaml')
    expect(ofServer).toMatch(/^sysctl_net_ipv4_ip_forward, .* ufw_default_outgoing_rule, .* kernel_module_overlayfs_disabled, /)
  })

  describe('that waives something for another family only', () => {
    async function waivedFor(family: string, rule: string): Promise<string> {
      const name = 'al2023-cis-level-1-eks-node.yaml'
      const file = `${directory}/${rule}-of-${family}-${name}`
      const text = (await readFile(`${profiles}${name}`, 'utf8')).replace(new RegExp(`  - rule: ${rule}\n(    .*\n)+`), '')
      const waiver = `  - { rule: ${rule}, reason: Theirs., owner: security, expires: 2027-09-30, families: [${family}] }`
      await writeFile(file, text.replace(/^waivers:$/m, `waivers:\n${waiver}`))
      return file
    }

    test('is warned of it', async () => {
      expect(await warnedOf('eks-node', await waivedFor('web', 'sysctl_net_ipv4_ip_forward'))).toEqual([
        'sysctl_net_ipv4_ip_forward',
      ])
      expect(await warnedOf('eks-node', await waivedFor('nodes', 'sysctl_net_ipv4_ip_forward'))).toEqual([])
    })

    test('is refused where that is its cryptographic policy, and the family is to run in FIPS mode', async () => {
      const problems = async (profile: string) => {
        const file = await over('eks-node', profile)
        await writeFile(file, (await readFile(file, 'utf8')).replace('kind: eks-node\n', 'kind: eks-node\n    fipsMode: true\n'))
        const loaded = await loadChecked(file)
        return loaded.ok ? [] : loaded.problems.map(({ message }) => message)
      }
      expect(await problems(await waivedFor('web', 'configure_crypto_policy'))).toEqual([
        'family nodes is to run in FIPS mode, and its hardening profile leaves the cryptographic policy to its content',
      ])
      expect(await problems(await waivedFor('nodes', 'configure_crypto_policy'))).toEqual([])
    })
  })

  test('is told by `drover config check` with its place, and what to start from', async () => {
    const file = await over('eks-node', 'al2023-cis-level-1-server.yaml')
    const { exitCode, stdout, stderr } = await execa(program, ['config', 'check', '--config', file], { reject: false })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('no problems') })
    expect(stderr).toMatch(
      /^warning: .*:\d+:16: family nodes is eks-node, and its hardening profile does what would break a node/,
    )
    expect(stderr).toContain('Start from hardening/profiles/al2023-cis-level-1-eks-node.yaml')
  })
})
