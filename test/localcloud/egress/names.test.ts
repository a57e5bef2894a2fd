import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frame, unframe } from '../../../pipeline/localcloud/egress/dns-forward.ts'
import {
  parseQuestion,
  recordType,
  respond,
  responseCode,
  responseCodeOf,
} from '../../../pipeline/localcloud/egress/dns-message.ts'
import { createResolver, nameServers } from '../../../pipeline/localcloud/egress/resolver.ts'
import { parseRange, type Range } from '../../../pipeline/localcloud/machines/ipv4.ts'
import { createFiles } from '../../../pipeline/system/index.ts'

/** A query as a resolver library writes it. */
function query(name: string, type = 1): Buffer {
  const header = Buffer.from('abcd01000001000000000000', 'hex')
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)])
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])])
}

describe('DNS messages', () => {
  test('the question is read, in lower case', () => {
    expect(parseQuestion(query('Deb.Debian.ORG', 28))).toEqual({ name: 'deb.debian.org', type: 28 })
  })

  test('what is not a plain query has no question, whatever it is made of', () => {
    expect(parseQuestion(respond(query('a.b'), 0))).toBeUndefined()
    for (let length = 0; length < query('a.b').length; length++)
      expect(parseQuestion(query('a.b').subarray(0, length))).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const question = parseQuestion(Buffer.from(bytes))
        expect(question === undefined || question.name.length < 64).toBe(true)
      }),
    )
  })

  test('an answer repeats the question and holds the addresses', () => {
    const answer = respond(query('a.b'), responseCode.noError, ['10.1.2.3'])
    expect(answer.toString('hex')).toBe(`abcd81800001000100000000${'0161016200'}00010001${'c00c00010001'}0000000a00040a010203`)
    expect(responseCodeOf(respond(query('a.b'), responseCode.refused))).toBe(5)
  })

  test('over a stream a message waits for all of its bytes', () => {
    const framed = frame(query('a.b'))
    expect(unframe(framed)).toEqual(query('a.b'))
    for (let length = 0; length < framed.length; length++) expect(unframe(framed.subarray(0, length))).toBeUndefined()
  })
})

describe('the machines’ resolver', () => {
  const noServers = { ...createFiles(), readText: async () => '# none\n' }
  const range = parseRange('10.1.0.0/20') as Range
  const options = { files: noServers, range, hostNames: new Set(['mirror.internal']), behindProxy: false }

  const ask = async (name: string, type: number = recordType.address, changed = {}) => {
    const answer = await createResolver({ ...options, ...changed })(query(name, type), 'datagram')
    return { code: responseCodeOf(answer), answers: answer.readUInt16BE(6), end: [...answer.subarray(-4)].join('.') }
  }

  test('it knows the instances’ own names, with a domain or without', async () => {
    for (const name of ['ip-10-1-2-3', 'IP-10-1-2-3.eu-central-1.compute.internal']) {
      expect(await ask(name)).toEqual({ code: 0, answers: 1, end: '10.1.2.3' })
    }
    expect(await ask('ip-10-1-2-3', 28)).toMatchObject({ code: 0, answers: 0 })
  })

  test('it knows the web servers the cloud plays', async () => {
    expect(await ask('mirror.internal')).toMatchObject({ answers: 1, end: '169.254.170.2' })
  })

  test('without name servers it fails at once, but for what the host’s own files say', async () => {
    expect(await ask('drover.invalid')).toMatchObject({ code: responseCode.serverFailure, answers: 0 })
    expect(await ask('ip-10-9-9-9.drover.invalid')).toMatchObject({ code: responseCode.serverFailure })
    expect(await ask('localhost')).toMatchObject({ code: 0, end: '127.0.0.1' })
  })

  test('behind a proxy any address will do: the proxy resolves', async () => {
    expect(await ask('drover.invalid', 1, { behindProxy: true })).toMatchObject({ code: 0, end: '169.254.170.2' })
  })

  test('the host’s name servers, at most three', () => {
    expect(
      nameServers('# nameserver 9.9.9.9\nnameserver 1.1.1.1\nsearch x\nnameserver ::1\nnameserver 2.2.2.2\nnameserver 3.3.3.3\n'),
    ).toEqual(['1.1.1.1', '::1', '2.2.2.2'])
  })
})
