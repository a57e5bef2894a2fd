// The grants that workload accounts make under the printed key policies: their own, and nothing beyond them.

import { afterEach, describe, expect, test } from 'vitest'
import type { KeyRights } from '../../pipeline/rights/keys.ts'
import { asAccount } from '../localcloud/as-account.ts'
import { type SimulatedCloud, simulateCloud } from '../localcloud/simulated-cloud.ts'
import { acme, acmeRights } from './acme.ts'

const home = '111111111111'
const dev = '222222222222'
const prod = '444444444444'
const stranger = '555555555555'
const organisationArn = `arn:aws:organizations::${home}:organization/o-0123456789`

const launcher = (account: string, suffix = '') =>
  `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling${suffix}`

let made: SimulatedCloud

afterEach(async () => {
  await made.cloud.close()
})

/** A key of the images' account with the printed policy, and what it takes to grant something with it as an account's owner. */
async function keyed(rights: readonly KeyRights[]) {
  made = await simulateCloud()
  const owner = await asAccount(made, home, organisationArn)
  const { KeyMetadata } = await owner('kms', 'CreateKey')
  const KeyId = KeyMetadata.Arn
  const [key] = rights
  await owner('kms', 'PutKeyPolicy', { KeyId, Policy: JSON.stringify(key?.policy) })
  return async (account: string, GranteePrincipal: string, over: object = {}) => {
    const ask = await asAccount(made, account, account === stranger ? undefined : organisationArn)
    const Operations = key?.grants.find((grant) => grant.account === account)?.operations ?? ['Decrypt']
    const answer = ask('kms', 'CreateGrant', { KeyId, GranteePrincipal, Operations, ...over })
    return answer.then(
      () => 'granted',
      (cause: Error) => cause.name,
    )
  }
}

describe.each([
  ['accounts by name', acmeRights().keys],
  ['an organisation', acmeRights({ images: { ...acme().images, organisationArn } }).keys],
])('under the key policy for %s', (_, rights) => {
  test('an account of it makes the printed grant to its Auto Scaling, whichever role that launches as', async () => {
    const grant = await keyed(rights)
    for (const account of [dev, prod]) expect([account, await grant(account, launcher(account))]).toEqual([account, 'granted'])
    expect(await grant(dev, launcher(dev, '_web'))).toBe('granted')
  })

  test('to nobody else, and for nothing more', async () => {
    const grant = await keyed(rights)
    const beyond = [
      grant(dev, `arn:aws:iam::${dev}:role/somebody`),
      grant(dev, launcher(stranger)),
      grant(dev, `${launcher(dev)}Else`),
      grant(dev, launcher(dev), { Operations: ['Decrypt', 'RetireGrant'] }),
    ]
    expect(await Promise.all(beyond)).toEqual(beyond.map(() => 'AccessDeniedException'))
  })

  test('a stranger makes none', async () => {
    const grant = await keyed(rights)
    expect(await grant(stranger, launcher(stranger))).toBe('AccessDeniedException')
    expect(await grant(stranger, launcher(dev))).toBe('AccessDeniedException')
  })
})

test('an organisation’s account grants nothing to another’s', async () => {
  const grant = await keyed(acmeRights({ images: { ...acme().images, organisationArn } }).keys)
  expect(await grant(dev, launcher(prod))).toBe('AccessDeniedException')
})
