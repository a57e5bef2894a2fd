// Nothing that belongs to anybody survives in a trace, wherever it was hidden; AWS's own words do.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ApiCall } from '../../pipeline/ports/index.ts'
import { noPlaceholders, readTrace, sanitise } from '../../pipeline/proof/index.ts'

function aCall(over: Partial<ApiCall>): ApiCall {
  return { service: 'EC2', action: 'DescribeImages', parameters: {}, answer: {}, status: 200, tookMs: 12, ...over }
}

const traced = (over: Partial<ApiCall>) => sanitise(aCall(over), noPlaceholders).traced

const base64 = fc.stringMatching(/^[A-Za-z0-9+/]{36,60}$/).filter((text) => /[0-9+/]/.test(text))

/** What must never be seen again, in the forms it has. */
const aSecret = fc.oneof(
  fc.stringMatching(/^A[KS]IA[A-Z2-7]{16}$/),
  base64,
  fc.stringMatching(/^[a-f0-9]{32,64}$/),
  base64.map((text) => `ssh-ed25519 ${text} ada@acme.example`),
  base64.map((text) => `#cloud-config\nwrite_files:\n- content: ${text}\n`),
  base64.map((text) => `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`),
  fc.stringMatching(/^[2-9]\d{11}$/),
  fc.stringMatching(/^arn:aws:iam::\d{12}:role\/acme-[a-z]{8}$/),
  fc.stringMatching(/^(1\d|2[0-4])\d\.1\d\d\.\d{1,2}\.\d{1,2}$/),
  fc.stringMatching(/^(ami|i|lt|sg|snap)-0[a-f0-9]{16}$/),
)

/** Members where one would not look for it among them. */
const aMember = fc.constantFrom(
  ...['UserData', 'SecretAccessKey', 'SessionToken', 'PublicKeyMaterial', 'KeyMaterial', 'Value', 'Description'],
  ...['State', 'Status', 'Architecture', 'ResourceType', 'Name', 'ImageId', 'Filters', 'Parameters', 'Attributes', 'ClientToken'],
  ...['Credentials', 'StateReason', 'Tags', 'InstanceId', 'InstanceRefreshId'],
)

const leaf = fc.oneof(
  aSecret,
  aSecret.map((text) => Buffer.from(text)),
)
const { structure } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('list'), tie('structure')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  structure: fc.dictionary(fc.oneof({ arbitrary: aMember, weight: 4 }, { arbitrary: aSecret, weight: 1 }), tie('value'), {
    minKeys: 1,
    maxKeys: 4,
  }),
}))

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Buffer.isBuffer(value)) return [value.toString(), value.toString('base64')]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => [...(Array.isArray(value) ? [] : [name]), ...textsIn(one)])
}

const known = (text: string) => text.length < 12 || /^[A-Z][A-Za-z]+$/.test(text)

describe('sanitise', () => {
  test('lets no secret, address, name or ID through, in parameters, answers, names of members or error codes', () => {
    fc.assert(
      fc.property(structure, structure, aSecret, (parameters, answer, code) => {
        const { traced: line, known: placeholders } = sanitise(aCall({ parameters, answer, errorCode: code }), noPlaceholders)
        const kept = JSON.stringify([line, [...placeholders.names], [...placeholders.counts]])
        const hidden = [...textsIn(parameters), ...textsIn(answer), code].filter((text) => !known(text))
        for (const text of hidden) expect(kept).not.toContain(JSON.stringify(text).slice(1, -1))
      }),
      { numRuns: 400 },
    )
  })

  test('drops what opens something without a word about it: not even whether two are the same', () => {
    const parameters = {
      UserData: 'IyEvYmluL3No',
      PublicKeyMaterial: Buffer.from('ssh-ed25519 AAAA'),
      Password: 'a',
      Overrides: [{ LaunchTemplateData: { UserData: 'x' } }],
    }
    expect(traced({ parameters }).parameters).toEqual({
      UserData: 'removed',
      PublicKeyMaterial: 'removed',
      Password: 'removed',
      Overrides: [{ LaunchTemplateData: { UserData: 'removed' } }],
    })
    const answer = { Credentials: { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 's', SessionToken: 't' }, PackedPolicySize: 1 }
    expect(traced({ answer }).answer).toEqual({ Credentials: ['structure'], PackedPolicySize: ['number'] })
  })

  test('calls the same thing by the same name throughout a trace', () => {
    const first = sanitise(aCall({ parameters: { ImageIds: ['ami-0aa', 'ami-0bb'], Owners: ['123456789012'] } }), noPlaceholders)
    const second = sanitise(aCall({ parameters: { ImageId: 'ami-0bb', ClientToken: 'f'.repeat(32) } }), first.known)
    expect(first.traced.parameters).toEqual({ ImageIds: ['ami-1', 'ami-2'], Owners: ['account-1'] })
    expect(second.traced.parameters).toEqual({ ImageId: 'ami-2', ClientToken: 'clienttoken-1' })
  })

  test('keeps what AWS defined: values, filters, numbers, the shape of the answer and the states of its things', () => {
    const line = traced({
      service: 'AutoScaling',
      action: 'StartInstanceRefresh',
      parameters: {
        Strategy: 'Rolling',
        Preferences: { MinHealthyPercentage: 100, SkipMatching: true },
        Filters: [
          { Name: 'tag:drover:proof', Values: ['p-1'] },
          { Name: 'default-for-az', Values: ['true'] },
        ],
      },
      answer: {
        InstanceRefreshes: [{ InstanceRefreshId: 'aaaa-1', Status: 'Pending', StatusReason: 'ours', StartTime: new Date(0) }],
        Reservations: [{ Instances: [{ InstanceId: 'i-0aa', State: { Code: 16, Name: 'running' } }] }],
      },
    })
    expect(line.parameters).toEqual({
      Strategy: 'Rolling',
      Preferences: { MinHealthyPercentage: 100, SkipMatching: true },
      Filters: [
        { Name: 'tag:tag-1', Values: ['values-1'] },
        { Name: 'default-for-az', Values: ['values-2'] },
      ],
    })
    expect(line.answer).toMatchObject({
      'InstanceRefreshes[].Status': ['=Pending'],
      'InstanceRefreshes[].StatusReason': ['string'],
      'InstanceRefreshes[].StartTime': ['time'],
      'Reservations[].Instances[].State.Name': ['=running'],
    })
    expect(line.states).toEqual([
      { thing: 'instancerefresh-1', member: 'InstanceRefreshes[].Status', value: 'Pending' },
      { thing: 'instance-1', member: 'Reservations[].Instances[].State', value: 'running' },
    ])
  })

  test('keeps error codes as AWS writes them, and how long a call took only roughly', () => {
    const line = traced({ answer: undefined, errorCode: 'InvalidAMIID.NotFound', status: 400, tookMs: 1_234 })
    expect(line).toMatchObject({ errorCode: 'InvalidAMIID.NotFound', status: 400, took: 'under 10 s', answer: {} })
  })

  test('a trace is read back as it was written, but for a line that was cut', () => {
    const line = traced({ parameters: { Owners: ['123456789012'] } })
    const text = `${JSON.stringify(line)}\n${JSON.stringify(line).slice(0, 40)}`
    expect(readTrace(text)).toEqual({ calls: [line], unreadable: 1 })
  })
})
