// A Kubernetes that EKS no longer supports: what becomes of a release of such nodes.

import { describe, expect, test } from 'vitest'
import { droverOver } from '../../pipeline/cli/drover.ts'
import { aConductor } from '../support/conductor-context.ts'
import { aConfig, aFamily } from '../support/config.ts'
import { aPolicy } from '../support/factories.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { aWired } from '../support/wired.ts'

const goesOn = 'a base is looked for'
const ended = 'EKS has not supported Kubernetes 1.29 since 2026-03-23'

async function release(afterSupport: 'refuse' | 'warn', lane: 'weekly' | 'emergency', day = '2026-03-23') {
  const context = aConductor({ clock: createVirtualClock({ startAt: Date.parse(`${day}T00:00:00Z`) }) })
  const weekly = aPolicy()
  const node = { kubernetes: '1.29', upgradeComponents: false, supportNoticeMs: 0, afterSupport }
  const nodes = aFamily({
    name: 'nodes',
    kind: 'eks-node',
    node,
    policies: { weekly, emergency: { ...weekly, lane: 'emergency' } },
  })
  const wired = aWired({
    config: aConfig({ families: [nodes] }),
    context,
    resolveBases: async () => {
      throw new Error(goesOn)
    },
  })
  const outcome = droverOver(wired).release({ family: 'nodes', lane, reason: 'CVE-2026-0001' })
  const message = await outcome.then(
    () => 'released',
    (error: Error) => error.message,
  )
  const told = context.progress.flatMap((one) => (one.kind === 'log' && one.step === 'base' ? [one.line] : []))
  return { message, told, opened: (await context.ledger.read()).length > 0 }
}
describe('after its support has ended, a weekly release', () => {
  test('is refused where the family says so, before anything is looked for', async () => {
    const { message, told, opened } = await release('refuse', 'weekly')
    expect(message).toContain(`${ended} [refused]`)
    expect(message).toContain('Move `node.kubernetes` of nodes on, or write `afterSupport: warn`.')
    expect({ told, opened }).toEqual({ told: [], opened: false })
  })

  test('goes on where it says nothing, and is told', async () => {
    expect(await release('warn', 'weekly')).toEqual({ message: goesOn, told: [ended], opened: false })
  })
})

test('an emergency goes on, whatever the family says', async () => {
  expect(await release('refuse', 'emergency')).toEqual({ message: goesOn, told: [ended], opened: false })
})

test('on the last day of its support nothing is refused', async () => {
  const { message, told } = await release('refuse', 'weekly', '2026-03-22')
  expect(message).toBe(goesOn)
  expect(told).toEqual([expect.stringContaining('1.29')])
})
