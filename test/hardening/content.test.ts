// The benchmark is read out of a data stream, and only the pinned data stream is taken.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { fullId, shortId } from '../../hardening/content/content.ts'
import { readContent, readPins } from '../../hardening/content/read-content.ts'
import { createFiles } from '../../pipeline/system/index.ts'
import { content, rule } from './mini.ts'

const files = createFiles()
let directory = ''
beforeAll(async () => {
  directory = await files.makeTemporaryDirectory('drover-content-')
})
afterAll(() => files.remove(directory))

test('rules carry title, severity, CIS sections and their text', () => {
  expect(content.rules.get(rule('banner'))).toEqual({
    id: 'xccdf_example_rule_banner',
    title: 'Warn whoever logs in',
    severity: 'low',
    cis: ['1.6.2'],
    description: 'The file /etc/issue.net says whose machine it is.',
    rationale: 'People are warned.',
  })
  expect(content.rules.get(rule('password_length'))?.description).toBe('At least [password_length] characters.')
  expect(content.rules.get(rule('desktop_lock'))?.severity).toBe('unknown')
  expect(content.rules.size).toBe(8)
})

test('profiles hold what they select, values their title', () => {
  expect(content.id).toBe('xccdf_example_benchmark_MINI')
  expect(content.version).toBe('7.1')
  const server = content.profiles.get('xccdf_example_profile_server')
  expect(server?.title).toBe('Mini Server')
  expect(server?.selected.size).toBe(7)
  expect(server?.selected.has(rule('desktop_lock'))).toBe(false)
  expect(content.values.get('xccdf_example_value_password_length')).toEqual({
    id: 'xccdf_example_value_password_length',
    title: 'Shortest password',
    type: 'number',
  })
})

test('short and full names belong together', () => {
  const full = 'xccdf_org.ssgproject.content_rule_sshd_set_keepalive'
  expect(shortId(full)).toBe('sshd_set_keepalive')
  expect(fullId('rule', 'sshd_set_keepalive', 'xccdf_org.ssgproject.content_')).toBe(full)
  expect(fullId('rule', full, 'xccdf_org.ssgproject.content_')).toBe(full)
})

test('a changed data stream is refused with both digests', async () => {
  await files.write(`${directory}/ssg-debian13-ds.xml`, '<changed/>')
  const pins = await readPins(files)
  await expect(readContent(files, directory, 'ssg-debian13')).rejects.toMatchObject({
    problems: [
      {
        code: 'content-changed',
        message: `${directory}/ssg-debian13-ds.xml is not the pinned content: its SHA-256 is a6f97c6663c45f978a3d5ca749ec1a9aacaa11851902e08203ebe0cf36485f47, expected ${pins['ssg-debian13']?.sha256}`,
      },
    ],
  })
})

test('content that was never fetched, and content nobody knows', async () => {
  await expect(readContent(files, `${directory}/none`, 'ssg-debian13')).rejects.toMatchObject({
    problems: [{ code: 'missing-tool' }],
  })
  await expect(readContent(files, directory, 'ssg-debian31')).rejects.toMatchObject({
    problems: [{ code: 'not-found', message: 'there is no content called ssg-debian31', hint: 'Did you mean ssg-debian13?' }],
  })
})
