// What runs where, how old, who approved it, what would be refused: drover's commands on a company of twenty groups, as processes.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Company, openCompany } from './company.ts'

let company: Company
beforeAll(async () => {
  company = await openCompany()
}, 600_000)
afterAll(() => company.close())

async function drover(...argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await company.drover(...argv)
  expect(exitCode, stdout + stderr).toBe(0)
  return stdout
}

describe('a company of twenty groups', { timeout: 120_000 }, () => {
  test('status: every group, what it runs, and since when', async () => {
    const lines = (await drover('status')).split('\n')
    expect(lines.filter((line) => / in (dev|staging|prod) /.test(line))).toHaveLength(20)
    expect(lines.find((line) => line.startsWith('eu-west-1/mail-canary in prod '))).toMatch(/mail-2026\.47\.1 +7d +ami-/)
  })

  test('fleet: every machine, and one that nobody promoted first, with its owner', async () => {
    const before = JSON.parse(await drover('fleet', '--json'))
    expect(before.machines).toHaveLength(60)
    await company.launchByHand('mail', { Owner: 'ben' })
    const [title, , , first, ...others] = (await drover('fleet')).split('\n')
    expect(title).toBe('61 machines, 1 outside any promoted image')
    expect(first).toMatch(/^outside .* i-[0-9a-f]+ +ben /)
    expect(others.filter((line) => / i-[0-9a-f]+ and 2 more /.test(line))).toHaveLength(20)
    expect((await drover('fleet', '--csv')).split('\n')).toHaveLength(62)
  })

  test('plan: a group that would be refused, why, and the way out', async () => {
    expect(await drover('plan', 'search')).toContain('no group would be refused')
    await company.suspend('search', 'Launch')
    const plan = await drover('plan', 'search')
    expect(plan).toContain('Launch')
    expect(plan).not.toContain('no group would be refused')
  })

  test('hold and resume: nothing new begins, and who said so', async () => {
    await drover('hold', '--family', 'web', '--reason', 'the sale is on')
    expect(await drover('status')).toContain('the sale is on')
    await drover('resume', '--family', 'web', '--reason', 'it is over')
    expect(await drover('status')).not.toContain('the sale is on')
  })

  test('retire: what is in use is kept, in a few words', async () => {
    const lines = (await drover('retire')).split('\n')
    const api = lines.find((line) => line.includes('eu-west-1') && line.includes('api-2026.47.1'))
    expect(api).toMatch(/ keep +in use by i-[0-9a-f]+ and 5 more machines in 444444444444\/eu-west-1; launch template /)
  })

  test('revoke without an earlier release to go back to, and restore', async () => {
    const release = company.release('mail')
    const revoked = await company.drover('revoke', release, '--reason', 'its log shipper leaks')
    expect(revoked.exitCode).toBe(1)
    expect(revoked.stdout).toContain('there is no earlier release to take family mail back to')
    expect(revoked.stdout).toContain('its images stay enabled, or a group could not grow')
    expect(await drover('status')).toContain('its log shipper leaks')
    expect(await drover('restore', release, '--reason', 'it was another service')).toContain(`${release} is good again`)
    expect(await drover('status')).not.toContain('its log shipper leaks')
  })

  test('nothing of this is lost on the ledger', async () => {
    expect(await drover('ledger', 'verify')).toMatch(/^\d+ records, unbroken/)
  })
})
