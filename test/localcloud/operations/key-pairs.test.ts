// Key pairs: what EC2 makes works with SSH, and what is brought is recognised.

import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createExec } from '../../../pipeline/system/index.ts'
import { simulateCloud } from '../simulated-cloud.ts'

/** What ssh-keygen makes of a private key: its public half. */
async function publicHalf(privateKey: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-keys-'))
  try {
    await writeFile(join(folder, 'key'), privateKey, { mode: 0o600 })
    const outcome = await createExec().run({ argv: ['ssh-keygen', '-y', '-P', '', '-f', join(folder, 'key')] })
    expect(outcome.message).toBe('')
    return outcome.stdout.trim().split(' ').slice(0, 2).join(' ')
  } finally {
    await rm(folder, { recursive: true })
  }
}

test.each([
  ['rsa', /^-----BEGIN RSA PRIVATE KEY-----\n/],
  ['ed25519', /^-----BEGIN OPENSSH PRIVATE KEY-----\n/],
])('a made %s key is one that OpenSSH reads', async (KeyType, header) => {
  const { ask } = await simulateCloud()
  const { KeyMaterial } = await ask('ec2', 'CreateKeyPair', { KeyName: 'k', KeyType })
  expect(KeyMaterial).toMatch(header)
  const { KeyPairs } = await ask('ec2', 'DescribeKeyPairs', { KeyNames: ['k'], IncludePublicKey: true })
  expect(KeyPairs[0]).toMatchObject({ KeyName: 'k', KeyType })
  expect(KeyPairs[0].PublicKey.trim()).toBe(`${await publicHalf(KeyMaterial)} k`)
})

test('an imported RSA key has the fingerprint EC2 gives it: MD5 of its DER', async () => {
  const { ask } = await simulateCloud()
  const made = await ask('ec2', 'CreateKeyPair', { KeyName: 'made' })
  const line = await publicHalf(made.KeyMaterial)
  const der = createPublicKey(createPrivateKey(made.KeyMaterial)).export({ type: 'spki', format: 'der' })
  const { createHash } = await import('node:crypto')
  const expected = createHash('md5').update(der).digest('hex').match(/../g)?.join(':')
  const imported = await ask('ec2', 'ImportKeyPair', { KeyName: 'brought', PublicKeyMaterial: Buffer.from(`${line} me@here`) })
  expect(imported).toMatchObject({ KeyName: 'brought', KeyFingerprint: expected })
  expect(made.KeyFingerprint).toMatch(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/)
})

test.each(['ssh-dss AAAA', 'ssh-ed25519 AAAA', 'nonsense', `ssh-rsa ${Buffer.from([0, 0, 255, 255]).toString('base64')}`])(
  '%s is no key',
  async (text) => {
    const { refusal } = await simulateCloud()
    expect(await refusal('ec2', 'ImportKeyPair', { KeyName: 'k', PublicKeyMaterial: Buffer.from(text) })).toMatchObject({
      code: 'InvalidKey.Format',
    })
  },
)

test('a name is taken once, and deleting what is not there succeeds', async () => {
  const { ask, refusal } = await simulateCloud()
  await ask('ec2', 'CreateKeyPair', { KeyName: 'k', KeyType: 'ed25519' })
  expect(await refusal('ec2', 'CreateKeyPair', { KeyName: 'k' })).toMatchObject({ code: 'InvalidKeyPair.Duplicate' })
  expect(await ask('ec2', 'DeleteKeyPair', { KeyName: 'k' })).toMatchObject({ Return: true })
  expect(await ask('ec2', 'DeleteKeyPair', { KeyName: 'k' })).toMatchObject({ Return: true })
  expect(await refusal('ec2', 'DescribeKeyPairs', { KeyNames: ['k'] })).toMatchObject({ code: 'InvalidKeyPair.NotFound' })
})
