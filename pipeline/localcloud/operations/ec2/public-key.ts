// SSH keys in the forms EC2 takes and gives: OpenSSH public lines, PEM private keys, and two kinds of fingerprint.

import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { ApiFault } from '../../wire/fault.ts'

export interface MadeKey {
  readonly type: 'rsa' | 'ed25519'
  /** One line without comment: type and base64. */
  readonly publicKey: string
  readonly fingerprint: string
}

/** A fresh pair; the private half as EC2 answers it: PKCS#1 PEM for RSA, OpenSSH's own format for ED25519. */
export function generateKey(type: 'rsa' | 'ed25519'): MadeKey & { readonly material: string } {
  if (type === 'rsa') {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const material = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    // "The SHA-1 digest of the DER encoded private key" for keys EC2 made [doc: verify-keys].
    const fingerprint = colons(
      createHash('sha1')
        .update(privateKey.export({ type: 'pkcs8', format: 'der' }))
        .digest('hex'),
    )
    return { type, publicKey: rsaLine(publicKey), fingerprint, material }
  }
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const blob = ed25519Blob(publicKey)
  return {
    type,
    publicKey: `ssh-ed25519 ${blob.toString('base64')}`,
    fingerprint: openSshFingerprint(blob),
    material: openSshPrivate(blob, seed),
  }
}

/** A key the user brought: an OpenSSH line, RSA or ED25519. */
export function importKey(text: string): MadeKey {
  const [name = '', base64 = ''] = text.trim().split(/\s+/)
  const blob = Buffer.from(base64, 'base64')
  const [kind, ...parts] = readFields(blob)
  if (kind === undefined || kind.toString() !== name) throw badFormat()
  if (name === 'ssh-ed25519' && parts[0]?.byteLength === 32) {
    return { type: 'ed25519', publicKey: `${name} ${base64}`, fingerprint: openSshFingerprint(blob) }
  }
  if (name === 'ssh-rsa' && parts.length === 2) {
    const [e = Buffer.alloc(0), n = Buffer.alloc(0)] = parts
    const key = createPublicKey({
      key: { kty: 'RSA', e: unsigned(e).toString('base64url'), n: unsigned(n).toString('base64url') },
      format: 'jwk',
    })
    // "The MD5 digest of the public key" for RSA keys that were imported [doc: verify-keys].
    const fingerprint = colons(
      createHash('md5')
        .update(key.export({ type: 'spki', format: 'der' }))
        .digest('hex'),
    )
    return { type: 'rsa', publicKey: `${name} ${base64}`, fingerprint }
  }
  throw badFormat()
}

function badFormat(): ApiFault {
  return new ApiFault('InvalidKey.Format', 'Key is not in valid OpenSSH public key format')
}

function rsaLine(key: KeyObject): string {
  const { e = '', n = '' } = key.export({ format: 'jwk' })
  const blob = Buffer.concat([
    field('ssh-rsa'),
    field(positive(Buffer.from(e, 'base64url'))),
    field(positive(Buffer.from(n, 'base64url'))),
  ])
  return `ssh-rsa ${blob.toString('base64')}`
}

function ed25519Blob(key: KeyObject): Buffer {
  return Buffer.concat([field('ssh-ed25519'), field(Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url'))])
}

/** The format of OpenSSH's PROTOCOL.key, unencrypted: header, public key, then the private part padded to eight bytes. */
function openSshPrivate(publicBlob: Buffer, seed: Buffer): string {
  const point = publicBlob.subarray(-32)
  const check = createHash('sha256').update(point).digest().subarray(0, 4)
  const secret = Buffer.concat([check, check, field('ssh-ed25519'), field(point), field(Buffer.concat([seed, point])), field('')])
  const padding = Buffer.from(Array.from({ length: (8 - (secret.byteLength % 8)) % 8 }, (_, index) => index + 1))
  const count = Buffer.from([0, 0, 0, 1])
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    count,
    field(publicBlob),
    field(Buffer.concat([secret, padding])),
  ])
  const lines = body.toString('base64').match(/.{1,70}/g) ?? []
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.byteLength)
  return Buffer.concat([length, bytes])
}

function readFields(blob: Buffer): Buffer[] {
  const fields: Buffer[] = []
  let offset = 0
  while (offset + 4 <= blob.byteLength) {
    const length = blob.readUInt32BE(offset)
    if (offset + 4 + length > blob.byteLength) throw badFormat()
    fields.push(blob.subarray(offset + 4, offset + 4 + length))
    offset += 4 + length
  }
  return fields
}

/** SSH's integers are signed: a leading zero keeps them positive. */
function positive(bytes: Buffer): Buffer {
  return ((bytes[0] ?? 0) & 0x80) === 0 ? bytes : Buffer.concat([Buffer.from([0]), bytes])
}

function unsigned(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? bytes.subarray(1) : bytes
}

/** Base64 of SHA-256 with its padding, as EC2 shows ED25519 fingerprints. */
function openSshFingerprint(blob: Buffer): string {
  return createHash('sha256').update(blob).digest('base64')
}

function colons(hex: string): string {
  return hex.match(/../g)?.join(':') ?? ''
}
