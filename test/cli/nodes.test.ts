// What the commands say of families of nodes: that Amazon Linux is not rehearsed, and when its Kubernetes leaves support.

import { execa } from 'execa'
import { expect, test } from 'vitest'
import { needRehearsable } from '../../pipeline/cli/rehearsable.ts'
import { supportLines, supportOf } from '../../pipeline/cli/support-lines.ts'
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
