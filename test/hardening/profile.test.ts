// A profile file is read whole, and everything wrong with it is said at once, each with its place.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { readContent } from '../../hardening/content/read-content.ts'
import { loadProfile } from '../../hardening/profile/load-profile.ts'
import { profileOf, type Waiver } from '../../hardening/profile/profile.ts'
import { daysLeft, hasExpired } from '../../hardening/profile/waiver-terms.ts'
import { cacheDirectory, readTools } from '../../pipeline/cli/tools.ts'
import { formatProblem } from '../../pipeline/kernel/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { content, nowMs, profile, rule, waiver } from './mini.ts'

const files = createFiles()
let path = ''
let directory = ''
beforeAll(async () => {
  directory = await files.makeTemporaryDirectory('drover-profile-')
  path = `${directory}/profile.yaml`
})
afterAll(() => files.remove(directory))

async function problemsOf(text: string): Promise<readonly string[]> {
  await files.write(path, text)
  const loaded = await loadProfile(files, path, content, nowMs)
  return loaded.ok ? [] : loaded.problems.map((problem) => formatProblem(problem).replace(`${directory}/`, ''))
}

test('a good profile', async () => {
  await files.write(
    path,
    `version: 1
title: Acme mini
content: mini
profile: server
packages: [cron, libpam-pwquality]
controls: [firewall]
values:
  - { value: password_length, set: 16, reason: Ours is longer. }
deselect:
  - { rule: banner, reason: Nobody logs in. }
select:
  - { rule: xccdf_example_rule_desktop_lock, reason: There is a desktop. }
atFirstBoot:
  - { rule: clock, reason: It starts then. }
waivers:
  - { rule: web_server_removed, reason: It is one., owner: web, expires: 2026-11-22, ticket: SEC-1, families: [web] }
disagreements:
  - { rule: log_files, contentVersion: 7.1, reason: It looks for Red Hat's., checked: By hand., owner: security }
gate:
  mustPass: [firewall, xccdf_example_rule_clock]
  regressions: report
  notApplicableAtMost: 40%
`,
  )
  expect(await loadProfile(files, path, content, nowMs)).toEqual({
    ok: true,
    profile: {
      file: path,
      title: 'Acme mini',
      content: 'mini',
      base: 'xccdf_example_profile_server',
      values: [{ value: 'xccdf_example_value_password_length', set: '16', reason: 'Ours is longer.' }],
      deselected: [{ rule: rule('banner'), reason: 'Nobody logs in.' }],
      selected: [{ rule: rule('desktop_lock'), reason: 'There is a desktop.' }],
      waivers: [
        {
          rule: rule('web_server_removed'),
          reason: 'It is one.',
          owner: 'web',
          expires: '2026-11-22',
          ticket: 'SEC-1',
          families: ['web'],
        },
      ],
      disagreements: [
        {
          rule: rule('log_files'),
          contentVersion: '7.1',
          reason: "It looks for Red Hat's.",
          checked: 'By hand.',
          owner: 'security',
        },
      ],
      gate: { mustPass: [rule('firewall'), rule('clock')], regressions: 'report', notApplicableAtMostPercent: 40 },
      atFirstBoot: [{ rule: rule('clock'), reason: 'It starts then.' }],
      notJudged: [],
      controls: ['firewall'],
      packages: ['cron', 'libpam-pwquality'],
      removedPackages: [],
    },
  })
})

test('every problem at once, in the order of the file', async () => {
  expect(
    await problemsOf(`version: 2
title: ""
content: mini
profile: servre
package: [cron]
packages: [Cron!]
controls: [fire-wall]
values:
  - { value: pasword_length, set: 16, reason: Ours is longer. }
deselect:
  - { rule: desktop_lock, reason: Not in it. }
  - { rule: bannner, reason: A slip. }
  - { rule: clock }
waivers:
  - { rule: web_server_removed, reason: It is one., owner: web, expires: 2026-11-21 }
  - { rule: log_files, reason: None., owner: web, expires: soon }
  - { rule: log_files, reason: Again., owner: web, expires: 2027-02-30 }
  - just text
`),
  ).toEqual([
    'profile.yaml:1:10: version 2 of a hardening profile is not known [config-wrong-value]\n    Write `version: 1`.',
    'profile.yaml:2:8: title of a hardening profile must be a text that is not empty [config-wrong-type]',
    'profile.yaml:4:10: Mini 7.1 has no profile servre [config-wrong-value]\n    Did you mean server?',
    'profile.yaml:5:1: a hardening profile has no key package [config-unknown-key]\n    Did you mean packages?',
    'profile.yaml:6:12: Cron! is not the name of a Debian package [config-wrong-value]',
    'profile.yaml:7:12: there is no control fire-wall [not-found]\n    Did you mean firewall?',
    'profile.yaml:9:14: Mini 7.1 has no value pasword_length [config-wrong-value]\n    Did you mean password_length?',
    'profile.yaml:12:13: Mini 7.1 has no rule bannner [unknown-rule]\n    Did you mean banner?',
    'profile.yaml:13:5: an entry of deselect has no reason [config-missing-key]\n    Add `reason:`.',
    'profile.yaml:15:74: the waiver of web_server_removed expired on 2026-11-21 [waiver-expired]\n    Meet the rule, or have web renew the waiver.',
    'profile.yaml:16:60: soon is not a day [config-wrong-value]\n    Write it as 2027-03-31.',
    'profile.yaml:17:13: log_files is named twice [config-conflict]',
    'profile.yaml:17:61: 2027-02-30 is not a day [config-wrong-value]\n    Write it as 2027-03-31.',
    'profile.yaml:18:5: a waiver must be a mapping [config-wrong-type]',
  ])
})

test('what is not demanded can be neither deselected nor waived', async () => {
  expect(
    await problemsOf(`version: 1
title: Acme mini
content: mini
profile: server
deselect:
  - { rule: desktop_lock, reason: Not in it. }
  - { rule: banner, reason: Nobody logs in. }
select:
  - { rule: clock, reason: It is in it. }
waivers:
  - { rule: banner, reason: Deselected., owner: web, expires: 2027-01-01 }
`),
  ).toEqual([
    "profile.yaml:6:13: desktop_lock is not in the profile, so it can't be deselected [config-conflict]",
    'profile.yaml:9:13: clock is in the profile already [config-conflict]',
    'profile.yaml:11:13: banner is waived but not demanded [config-conflict]\n    Remove the waiver.',
  ])
})

test('a file that is not there, not YAML, or not a mapping', async () => {
  expect(await loadProfile(files, `${directory}/none.yaml`, content, nowMs)).toEqual({
    ok: false,
    problems: [{ code: 'config-missing-file', message: `there is no hardening profile at ${directory}/none.yaml` }],
  })
  expect(await problemsOf('title: [unclosed')).toEqual([expect.stringMatching(/^profile\.yaml:1:17: .* \[config-syntax\]$/)])
  expect(await problemsOf('- one')).toEqual(['profile.yaml:1:1: a hardening profile must be a mapping [config-wrong-type]'])
})

test('a waiver holds through its last day in UTC, and not a moment longer', () => {
  const waiver = { rule: 'r', reason: '', owner: '', expires: '2026-11-22' }
  expect(hasExpired(waiver, Date.parse('2026-11-22T23:59:59.999Z'))).toBe(false)
  expect(hasExpired(waiver, Date.parse('2026-11-23T00:00:00Z'))).toBe(true)
  expect(daysLeft(waiver, Date.parse('2026-11-22T00:00:00Z'))).toBe(0)
  expect(daysLeft(waiver, Date.parse('2026-11-21T23:00:00Z'))).toBe(1)
  expect(daysLeft(waiver, Date.parse('2026-11-23T00:00:00Z'))).toBe(-1)
})

test("the example's profile holds against the real content", async () => {
  const tools = await readTools(files, cacheDirectory(process.env))
  const real = await readContent(files, tools.content?.directory ?? '', 'ssg-debian13')
  const example = new URL('../../docs/examples/acme/hardening/cis-level1-server.yaml', import.meta.url).pathname
  expect(await loadProfile(files, example, real, nowMs)).toMatchObject({ ok: true })
  expect(real.profiles.get('xccdf_org.ssgproject.content_profile_cis_level1_server')?.selected.size).toBe(403)
})

test('what the gate goes by is checked like the rest', async () => {
  expect(
    await problemsOf(`version: 1
title: Acme mini
content: mini
profile: server
disagreements:
  - { rule: desktop_lock, contentVersion: 7.1, reason: Wrong., checked: By hand., owner: security }
  - { rule: log_files, reason: Wrong., owner: security }
gate:
  mustPass: [desktop_lock, clokc, clock, clock]
  regressions: ignore
  minimum: 5
  notApplicableAtMost: 0.5
`),
  ).toEqual([
    'profile.yaml:6:13: desktop_lock is disputed but not demanded [config-conflict]\n    Remove the entry.',
    'profile.yaml:7:5: a disagreement has no contentVersion [config-missing-key]\n    Add `contentVersion:`.',
    'profile.yaml:7:5: a disagreement has no checked [config-missing-key]\n    Add `checked:`.',
    'profile.yaml:9:14: desktop_lock must pass but is not demanded [config-conflict]\n    Select it, with a reason.',
    'profile.yaml:9:28: Mini 7.1 has no rule clokc [unknown-rule]\n    Did you mean clock?',
    'profile.yaml:9:42: clock is named twice [config-conflict]',
    'profile.yaml:10:16: regressions must be refuse or report [config-wrong-value]',
    'profile.yaml:11:3: gate has no key minimum [config-unknown-key]\n    Known: mustPass, regressions, notApplicableAtMost.',
    'profile.yaml:12:24: notApplicableAtMost must be a percentage such as 50% [config-wrong-value]',
  ])
})

test('a waiver may be for some families only', () => {
  const ours: Waiver = { ...waiver, families: ['web', 'api'] }
  const theirs: Waiver = { ...waiver, families: ['db'] }
  const waived = (family: string | undefined) => profileOf(profile({ waivers: [waiver, ours, theirs] }), family).waivers
  expect(waived('web')).toEqual([waiver, ours])
  expect(waived('db')).toEqual([waiver, theirs])
  expect(waived(undefined)).toHaveLength(3)
})

test('a value is of the type that the content gives it', async () => {
  const problems = await problemsOf(
    'version: 1\ntitle: Mini\ncontent: mini\nprofile: server\nvalues:\n  - { value: password_length, set: long, reason: Longer. }\n',
  )
  expect(problems[0]).toContain('profile.yaml:6:36')
  expect(problems[0]).toContain('long is not a number, which password_length is')
  expect(problems).toHaveLength(1)
})
