// Drift: what a machine printed is input like any other, and only what was met and is not met now counts.

import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { driftOf, readDrift } from '../../hardening/drift/read-drift.ts'
import { slimContent } from '../../hardening/drift/slim-content.ts'
import type { ScanResult } from '../../hardening/verdict/status.ts'
import { content, nowMs, profile, rule } from './mini.ts'

const facts = {
  environment: 'container',
  scanner: '1.4.2',
  system: 'Debian',
  kernel: '6.12',
  startedAtMs: nowMs,
  durationMs: 1_900,
  profile: 'xccdf_drover_profile_gate',
}

function printed(results: Readonly<Record<string, ScanResult>>, changes: Readonly<Record<string, unknown>> = {}): string {
  const named = Object.fromEntries(Object.entries(results).map(([name, result]) => [rule(name), result]))
  const text = JSON.stringify({ ...facts, results: named, ...changes })
  return `some noise\ndrift: ${gzipSync(text).toString('base64')}\n`
}

function driftAfter(results: Readonly<Record<string, ScanResult>>, met: readonly string[]) {
  const read = readDrift(printed(results), content.sha256)
  if (!read.ok) throw new Error(read.message)
  return driftOf(profile(), content, { release: 'web-2026.47.1', rules: { passed: met } }, read.scan, nowMs)
}

describe('what has drifted', () => {
  test('rules that were met and are not; never what was not met before, or what nobody asked then', () => {
    expect(driftAfter({ banner: 'fail', clock: 'fail', firewall: 'pass' }, ['banner', 'firewall'])).toEqual(['banner'])
    expect(driftAfter({ banner: 'fail' }, [])).toEqual([])
  })

  test('never what a fast scan of a container cannot say', () => {
    expect(
      driftAfter({ banner: 'error', sysctl_kernel_kptr_restrict: 'fail' }, ['banner', 'sysctl_kernel_kptr_restrict']),
    ).toEqual([])
  })
})

describe('refused', () => {
  const garbage = 'the machine printed no result of a scan'
  const other = 'what the machine printed is not the result of a scan'
  test.each<[string, string, string]>([
    ['nothing', '', garbage],
    ['something else', 'bash: oscap: not found', garbage],
    ['no archive', 'drift: AAAA', other],
    ['no JSON', `drift: ${gzipSync('{').toString('base64')}`, other],
    ['a result that is none', printed({}, { results: { [rule('banner')]: 'perfect' } }), other],
    ['members of its own', printed({ banner: 'pass' }, { more: 1 }), other],
    ['no rule at all', printed({}), 'the machine printed a scan of no rules'],
    ['a bomb', `drift: ${gzipSync(Buffer.alloc(64 * 1024 * 1024, 32)).toString('base64')}`, other],
  ])('%s', (_, text, message) => {
    expect(readDrift(text, content.sha256)).toEqual({ ok: false, message })
  })
})

test('content that is cut down keeps what is evaluated', () => {
  const whole = `<ds:data-stream-collection><xccdf-1.2:Rule id="a" severity="low"><xccdf-1.2:title>A</xccdf-1.2:title>
<xccdf-1.2:description>Long <b>text</b></xccdf-1.2:description><xccdf-1.2:reference href="x">1.1</xccdf-1.2:reference>
<xccdf-1.2:fix id="a" system="sh">rm
-rf</xccdf-1.2:fix><xccdf-1.2:check system="oval"/></xccdf-1.2:Rule><oval-def:description>kept</oval-def:description>
<ocil:questionnaires><ocil:questionnaire/></ocil:questionnaires></ds:data-stream-collection>`
  const slim = slimContent(whole)
  expect(slim).toContain('<xccdf-1.2:title>A</xccdf-1.2:title>')
  expect(slim).toContain('<xccdf-1.2:check system="oval"/>')
  expect(slim).toContain('<oval-def:description>kept</oval-def:description>')
  expect(slim).not.toMatch(/Long|1\.1|rm|questionnaire/)
})
