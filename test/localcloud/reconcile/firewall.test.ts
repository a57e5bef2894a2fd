// What security groups let in and out, asked for many machines of one state.

import { expect, test } from 'vitest'
import { Firewalls } from '../../../pipeline/localcloud/reconcile/firewall.ts'
import type { Instance } from '../../../pipeline/localcloud/store/instance.ts'
import type { SecurityGroupRule } from '../../../pipeline/localcloud/store/network.ts'
import { Draft, emptyState } from '../../../pipeline/localcloud/store/state.ts'

const place = '111111111111/eu-central-1'
const rule = (source: Partial<SecurityGroupRule>): SecurityGroupRule => ({
  id: 'sgr-1',
  direction: 'ingress',
  protocol: 'tcp',
  fromPort: 22,
  toPort: 22,
  ...source,
})

function world(
  groups: Readonly<Record<string, readonly SecurityGroupRule[]>>,
  machines: readonly (readonly [string, string, string[]])[],
) {
  const draft = new Draft(emptyState('seed'))
  for (const [id, rules] of Object.entries(groups)) {
    draft.put(place, 'securityGroups', id, { id, name: id, description: '', vpcId: 'vpc-1', rules, tags: {} })
  }
  for (const [id, state, securityGroupIds] of machines) {
    draft.put(place, 'instances', id, { id, state, securityGroupIds, address: `10.0.0.${id.slice(2)}` } as unknown as Instance)
  }
  return new Firewalls(draft)
}

test('a group as a source stands for its living members', () => {
  const firewalls = world({ web: [rule({ groupId: 'web' })], other: [rule({ cidr: '10.0.0.0/8' })] }, [
    ['i-9', 'running', ['web']],
    ['i-3', 'pending', ['web', 'other']],
    ['i-4', 'terminated', ['web']],
    ['i-5', 'running', ['other']],
  ])
  const ssh = { protocol: 'tcp', fromPort: 22, toPort: 22 }
  const members = [
    { ...ssh, cidr: '10.0.0.3/32' },
    { ...ssh, cidr: '10.0.0.9/32' },
  ]
  expect(firewalls.of(place, { securityGroupIds: ['web'] }).rules.ingress).toEqual(members)
  const both = firewalls.of(place, { securityGroupIds: ['web', 'other'] }).rules
  expect(both.ingress).toEqual([...members, { ...ssh, cidr: '10.0.0.0/8' }])
  expect(both.egress).toEqual([])
  const none = { ingress: [], egress: [] }
  expect(firewalls.of(place, { securityGroupIds: [] }).rules).toEqual(none)
  expect(firewalls.of('222222222222/eu-central-1', { securityGroupIds: ['web'] }).rules).toEqual(none)
})

test('machines of the same groups have the same digest, others another', () => {
  const firewalls = world({ web: [rule({ cidr: '10.0.0.0/8' })], other: [rule({ cidr: '10.0.0.0/9' })] }, [])
  const digest = (...securityGroupIds: string[]) => firewalls.of(place, { securityGroupIds }).digest
  expect(digest('web')).toBe(digest('web'))
  expect(new Set([digest('web'), digest('other'), digest('web', 'other'), digest()]).size).toBe(4)
})

test('what may leave is told apart from what may come in, and a group as a destination stands for its members', () => {
  const web = (...rules: SecurityGroupRule[]) =>
    world({ web: rules }, [['i-9', 'running', ['db']]]).of(place, { securityGroupIds: ['web'] })
  const [inwards, outwards] = [rule({ cidr: '10.0.0.0/8' }), rule({ cidr: '10.0.0.0/8', direction: 'egress' })]
  const ssh = { protocol: 'tcp', fromPort: 22, toPort: 22, cidr: '10.0.0.0/8' }
  const [closed, open, turned] = [web(inwards), web(inwards, outwards), web(outwards)]
  expect(closed.rules).toEqual({ ingress: [ssh], egress: [] })
  expect(open.rules).toEqual({ ingress: [ssh], egress: [ssh] })
  expect(turned.rules).toEqual({ ingress: [], egress: [ssh] })
  expect(new Set([closed.digest, open.digest, turned.digest]).size).toBe(3)
  expect(web(rule({ direction: 'egress', groupId: 'db' })).rules.egress).toEqual([{ ...ssh, cidr: '10.0.0.9/32' }])
})
