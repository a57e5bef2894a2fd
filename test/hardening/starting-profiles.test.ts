// The profiles people start from, with the real content: each resolves, tailors, validates, and has fixes generated for it.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fullId } from '../../hardening/content/content.ts'
import { cryptoPolicyOf } from '../../hardening/profile/crypto-policy.ts'
import { openProfile } from '../../hardening/profile/open-profile.ts'
import type { Profile } from '../../hardening/profile/profile.ts'
import { gatingProfileId, remediationProfileId, renderTailoring } from '../../hardening/tailoring/render-tailoring.ts'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import { createFiles } from '../../pipeline/system/index.ts'

const files = createFiles()
const profiles = new URL('../../hardening/profiles/', import.meta.url).pathname
const names = await readdir(profiles)
const { directory: contentDirectory } = needTool(await readTools(files, cacheDirectory(process.env)), 'content')
const nowMs = Date.parse('2026-11-26T00:00:00Z')
let directory = ''
beforeAll(async () => {
  directory = await mkdtemp('/tmp/drover-profiles-')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

test('there is one of either level for every content that is pinned, and one for nodes of either system', async () => {
  const opened = await Promise.all(names.map((name) => openProfile(files, requestOf(name))))
  expect(opened.map(({ profile }) => `${profile.content} ${profile.base.replace(/^.*_profile_/, '')}`).toSorted()).toEqual([
    'ssg-al2023 cis',
    'ssg-al2023 cis_server_l1',
    'ssg-al2023 cis_server_l1',
    'ssg-debian12 cis_level1_server',
    'ssg-debian12 cis_level2_server',
    'ssg-debian13 cis_level1_server',
    'ssg-debian13 cis_level1_server',
    'ssg-debian13 cis_level2_server',
  ])
  for (const { content, profile } of opened) {
    const demanded = [...(content.profiles.get(profile.base)?.selected ?? [])]
    const sections = demanded.filter((rule) => content.rules.get(rule)?.cis.some((section) => /^\d+(\.\d+)+$/.test(section)))
    // An auditor asks by section number, so the content's references have to be read for every product.
    expect(sections.length / demanded.length).toBeGreaterThan(0.9)
  }
})

describe.each(names)('%s', (name) => {
  test('is a valid tailoring, and the scanner generates fixes of its own for it', async () => {
    const { profile, content } = await openProfile(files, requestOf(name))
    const tailoring = `${directory}/${name}.xml`
    await writeFile(tailoring, renderTailoring({ profile, content, answered: [], nowMs }))
    // Against the XCCDF schema; there are no Schematron rules for a tailoring.
    await execa('oscap', ['xccdf', 'validate', '--skip-schematron', tailoring])
    const fixed = await Promise.all([gatingProfileId, remediationProfileId].map((id) => fixesFor(id, tailoring, content.file)))
    const selected = content.profiles.get(profile.base)?.selected.size ?? 0
    expect(fixed[0]?.length).toBeGreaterThan(selected * 0.8)
    for (const { rule } of [...profile.waivers, ...profile.atFirstBoot]) {
      expect(fixed[0]).toContain(rule)
      expect(fixed[1]).not.toContain(rule)
    }
  })
})

/** The script that a bake would run for that profile. */
async function remediationOf(name: string): Promise<string> {
  const { profile, content } = await openProfile(files, requestOf(name))
  const tailoring = `${directory}/node.xml`
  await writeFile(tailoring, renderTailoring({ profile, content, answered: [], nowMs }))
  await fixesFor(remediationProfileId, tailoring, content.file)
  return readFile(`${tailoring}.${remediationProfileId}.sh`, 'utf8')
}

test.each([
  [
    'al2023-cis-level-1-eks-node.yaml',
    'al2023-cis-level-1-server.yaml',
    [/ipv4\.ip_forward=/, /ipv6\.conf\.all\.forwarding=/, /\.rp_filter=/, /chmod o-w/],
  ],
  [
    'debian-13-cis-level-1-k8s-node.yaml',
    'debian-13-cis-level-1-server.yaml',
    [/ipv4\.conf\.(all|default)\.forwarding=/, /ipv6\.conf\.(all|default)\.forwarding=/, /ufw (--force )?enable/, /chmod o-w/],
  ],
])('%s: no fix that would break a node is left in the script', async (node, server, harms) => {
  const [script, ofServer] = [await remediationOf(node), await remediationOf(server)]
  for (const harm of harms) {
    // Of the server's every one is a way to lose pods.
    expect(ofServer).toMatch(harm)
    expect(script).not.toMatch(harm)
  }
  for (const harmless of [/systemctl .*firewalld/, /nft add/, /install (overlay|br_netfilter|squashfs) /])
    expect(script).not.toMatch(harmless)
})

test.each(names.filter((name) => name.startsWith('al2023')))(
  '%s: no log is sent to a host that is the content’s own invention',
  async (name) => {
    const [script, { content }] = [await remediationOf(name), await openProfile(files, requestOf(name))]
    // It is what the content has where nobody sets it, so it would be in the script.
    expect(await readFile(content.file, 'utf8')).toContain('<xccdf-1.2:value>logcollector</xccdf-1.2:value>')
    expect(script.includes('logcollector')).toBe(false)
  },
)

test('which cryptographic policy a profile asks for: what it sets, else what its content has, else none', async () => {
  const amazon = await openProfile(files, requestOf('al2023-cis-level-1-eks-node.yaml'))
  const debian = await openProfile(files, requestOf('debian-13-cis-level-1-k8s-node.yaml'))
  const asked = (over: Partial<Profile>) => cryptoPolicyOf({ ...amazon.profile, ...over }, amazon.content)
  const id = (kind: 'rule' | 'value', name: string) => fullId(kind, name, amazon.content.idPrefix)
  const reason = 'The family runs in FIPS mode.'
  const choice = { rule: id('rule', 'configure_crypto_policy'), reason }
  expect(asked({})).toEqual({ set: undefined })
  expect(asked({ values: [{ value: id('value', 'var_system_crypto_policy'), set: 'FIPS', reason }] })).toEqual({ set: 'FIPS' })
  expect(asked({ deselected: [choice] })).toBeUndefined()
  expect(asked({ waivers: [{ ...choice, owner: 'security', expires: '2027-09-30' }] })).toBeUndefined()
  expect(cryptoPolicyOf(debian.profile, debian.content)).toBeUndefined()
})

/** Full IDs of the rules a generated script is about, those without a fix included. */
async function fixesFor(profile: string, tailoring: string, content: string): Promise<readonly string[]> {
  const script = `${tailoring}.${profile}.sh`
  await execa('oscap', [
    ...['xccdf', 'generate', 'fix', '--fix-type', 'bash', '--profile', profile],
    ...['--tailoring-file', tailoring, '--output', script, content],
  ])
  await execa('bash', ['-n', script])
  const text = await readFile(script, 'utf8')
  return [...text.matchAll(/^# BEGIN fix \([0-9 /]*\) for '(.*)'/gm)].map((match) => match[1] ?? '')
}

function requestOf(name: string) {
  return { profileFile: `${profiles}${name}`, contentDirectory, nowMs }
}
