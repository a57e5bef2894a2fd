import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerDhcp } from '../../../pipeline/localcloud/egress/dhcp.ts'
import { machineMac } from '../../../pipeline/localcloud/machines/names.ts'

const network = { gateway: '10.1.0.1', netmask: '255.255.240.0', resolver: '169.254.169.253' }

function ask(type: number, mac = machineMac('10.1.2.3')): Buffer {
  const message = Buffer.alloc(240)
  message.set([1, 1, 6, 0], 0)
  message.writeUInt32BE(0xcafe, 4)
  message.set(Buffer.from(mac.replaceAll(':', ''), 'hex'), 28)
  message.writeUInt32BE(0x63825363, 236)
  // Some padding first, as clients do.
  return Buffer.concat([message, Buffer.from([0, 0, 53, 1, type, 255])])
}

describe('DHCP', () => {
  test.each([
    ['discover', 1, 2],
    ['request', 3, 5],
    ['inform', 8, 5],
  ])('a %s is answered with the one address the machine has', (_, asked, answered) => {
    const answer = answerDhcp(ask(asked), network)
    expect(answer?.address).toBe('10.1.2.3')
    const message = answer?.message as Buffer
    expect(message[0]).toBe(2)
    expect(message.readUInt32BE(4)).toBe(0xcafe)
    expect([...message.subarray(16, 24)]).toEqual([10, 1, 2, 3, 10, 1, 0, 1])
    expect(message.subarray(240).toString('hex')).toBe(
      `3501${answered.toString(16).padStart(2, '0')}36040a010001330400015180${'0104fffff000'}03040a010001${'0604a9fea9fd'}ff`,
    )
  })

  test('a release, a stranger’s card, an answer and noise are left alone', () => {
    expect(answerDhcp(ask(7), network)).toBeUndefined()
    expect(answerDhcp(ask(1, '52:54:00:01:02:03'), network)).toBeUndefined()
    expect(answerDhcp(answerDhcp(ask(1), network)?.message as Buffer, network)).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(answerDhcp(Buffer.from(bytes), network)).toBeUndefined()
      }),
    )
  })
})
