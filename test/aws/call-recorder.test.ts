// The recorder of calls: what it tells of, and that nobody is told unless asked for.

import { expect, test } from 'vitest'
import type { ApiCall } from '../../pipeline/ports/index.ts'
import { Fault, place, roled, session, stubAws } from './stub-aws.ts'

const images = '<imagesSet/>'

test('tells of every call with its parameters and its answer, the taking of a role included', async () => {
  const calls: ApiCall[] = []
  const { cloud } = stubAws(
    { AssumeRole: [session('ROLE', Date.UTC(2027, 0))], DescribeImages: [images] },
    { onCall: (call) => void calls.push(call) },
  )
  await cloud.at(roled).findImages({ owners: ['136693071363'], nameGlob: 'debian-*' })
  expect(calls).toMatchObject([
    { service: 'STS', action: 'AssumeRole', parameters: { RoleArn: roled.role }, status: 200 },
    {
      service: 'EC2',
      action: 'DescribeImages',
      parameters: { Owners: ['136693071363'], Filters: [{ Name: 'name', Values: ['debian-*'] }] },
      answer: { Images: [] },
      status: 200,
    },
  ])
  for (const call of calls) expect(call).not.toHaveProperty('answer.$metadata')
})

test('tells of every try of a call, and of what it failed with', async () => {
  const calls: ApiCall[] = []
  const answers = { DescribeImages: [new Fault(503, 'RequestLimitExceeded'), new Fault(403, 'UnauthorizedOperation')] }
  const { cloud } = stubAws(answers, { onCall: (call) => void calls.push(call) })
  expect(await cloud.at(place).ownImages()).toMatchObject({ ok: false, kind: 'denied' })
  expect(calls.map(({ errorCode, status, answer }) => ({ errorCode, status, answer }))).toEqual([
    { errorCode: 'RequestLimitExceeded', status: 503, answer: undefined },
    { errorCode: 'UnauthorizedOperation', status: 403, answer: undefined },
  ])
})

test('what never came back has no status', async () => {
  const calls: ApiCall[] = []
  const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  const { cloud } = stubAws({ DescribeImages: [lost, images] }, { onCall: (call) => void calls.push(call) })
  await cloud.at(place).ownImages()
  expect(calls[0]).toMatchObject({ action: 'DescribeImages', errorCode: 'ECONNRESET' })
  expect(calls[0]).not.toHaveProperty('status')
})
