// How a rule came to be met: by a control of ours, by the content's fix, or by what was installed; a machine's word is checked.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProfile } from '../../hardening/profile/open-profile.ts'
import { assembleReport } from '../../hardening/report/report.ts'
import { readRemediation } from '../../hardening/results/read-remediation.ts'
import { judge } from '../../hardening/verdict/judge.ts'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { content, nowMs, profile, rule, scan } from './mini.ts'

const files = createFiles()
const { directory: contentDirectory } = needTool(await readTools(files, cacheDirectory(process.env)), 'content')
const profileFile = new URL('../../hardening/profiles/debian-13-cis-level-1-server.yaml', import.meta.url).pathname
const real = (name: string) => `xccdf_org.ssgproject.content_rule_${name}`
let directory = ''
beforeAll(async () => {
  directory = await files.makeTemporaryDirectory('drover-remediation-')
})
afterAll(() => files.remove(directory))

test('controls from their own files, the content’s fixes from what the bake wrote down', async () => {
  const opened = await openProfile(files, { profileFile, contentDirectory, nowMs: Date.parse('2026-11-26T00:00:00Z') })
  expect(await readRemediation(files, directory, opened)).toBeUndefined()
  await files.write(`${directory}/content-fixes.txt`, `${real('sshd_set_keepalive')}\n<script>\n${real('no_such_rule')}\n`)
  const remediation = await readRemediation(files, directory, opened)
  expect(remediation?.controls.get(real('mount_option_dev_shm_noexec'))).toBe('shared-memory')
  expect([...(remediation?.contentFixes ?? [])]).toEqual([real('sshd_set_keepalive')])
})

test('said only of a rule that was not met before and is met now', () => {
  const before = scan({ clock: 'fail', firewall: 'fail', log_files: 'fail', password_length: 'fail' })
  const fresh = scan({ password_length: 'fail' })
  const remediation = {
    controls: new Map([[rule('firewall'), 'firewall']]),
    contentFixes: new Set([rule('clock'), rule('banner')]),
  }
  const verdict = judge({ profile: profile(), content, scan: fresh, controls: [], minimumScorePercent: 0, nowMs })
  const report = assembleReport({
    subject: { organisation: '', family: '', release: '', images: [], base: { imageId: '', name: '', ownerAccount: '' } },
    ...{ profile: profile(), content, before, scan: fresh, verdict, remediation, minimumScorePercent: 0, nowMs },
  })
  const said = report.rules.flatMap(({ name, remediatedBy }) => (remediatedBy === undefined ? [] : [[name, remediatedBy]]))
  expect(Object.fromEntries(said)).toEqual({
    clock: "the content's own fix",
    firewall: 'control firewall',
    log_files: 'packages, agents or provisioners',
  })
})
