// REST requests that are wrong, and what of them tells which action is meant.

import { describe, expect, test } from 'vitest'
import { decodeInput } from '../../../pipeline/localcloud/wire/decode-input.ts'
import { encodeFault } from '../../../pipeline/localcloud/wire/encode-answer.ts'
import { ApiFault } from '../../../pipeline/localcloud/wire/fault.ts'
import { addressOf, type WireRequest } from '../../../pipeline/localcloud/wire/request.ts'
import { serviceNamed } from '../../../pipeline/localcloud/wire/service.ts'

const eks = serviceNamed('eks')

function request(method: string, url: string, body = ''): WireRequest {
  const { pathname: path, searchParams: query } = new URL(url, 'http://x')
  return { method, path, query, headers: {}, body: Buffer.from(body) }
}

function read(...given: Parameters<typeof request>): unknown {
  const asked = request(...given)
  return decodeInput(asked, addressOf(asked, eks))
}

describe('the action', () => {
  test.each([
    ['GET', '/clusters', 'ListClusters'],
    ['POST', '/clusters', 'CreateCluster'],
    ['GET', '/clusters/prod', 'DescribeCluster'],
    ['POST', '/clusters/prod/node-groups/workers/update-version', 'UpdateNodegroupVersion'],
    ['GET', '/clusters/prod/updates/1', 'DescribeUpdate'],
  ])('of %s %s is %s', (method, url, action) => {
    expect(addressOf(request(method, url), eks)).toMatchObject({ protocol: 'rest-json', action })
  })

  test.each([
    ['PATCH', '/clusters'],
    ['GET', '/'],
    ['GET', '/clusters//node-groups'],
    ['GET', '/clusters/a/b/c/d'],
  ])('of %s %s is none', (method, url) => {
    expect(() => addressOf(request(method, url), eks)).toThrow(`The local cloud does not implement ${method} ${url} of eks.`)
  })
})

test('labels are decoded, numbers of the query are numbers, lists are repeated', () => {
  expect(read('GET', '/clusters/a%2Fb%20c/node-groups?maxResults=5&nextToken=x')).toEqual({
    clusterName: 'a/b c',
    maxResults: 5,
    nextToken: 'x',
  })
  expect(read('GET', '/clusters?include=all&include=other')).toEqual({ include: ['all', 'other'] })
})

test.each([
  [['GET', '/clusters/a/node-groups?maxResults=many'], 'maxResults must be a number.'],
  [['GET', '/clusters/a/node-groups?colour=blue'], 'The parameter colour is not recognized'],
  [['GET', '/clusters/%E0%A4/node-groups'], 'The path segment %E0%A4 is not encoded as a path is.'],
  [['POST', '/clusters/a/node-groups', '{"clusterName":"b"}'], 'The parameter clusterName is not recognized'],
  [['POST', '/clusters/a/node-groups', '{"colour":"b"}'], 'The parameter colour is not recognized'],
  [['POST', '/clusters/a/node-groups', '{'], 'The body is not JSON.'],
  [['POST', '/clusters/a/node-groups', '[]'], 'The body must be a structure.'],
] as [Parameters<typeof request>, string][])('%j is refused', (given, message) => {
  expect(() => read(...given)).toThrow(message)
})

test('a refusal has the status of its shape, and its name in a header', () => {
  const address = addressOf(request('GET', '/clusters/none'), eks)
  expect(encodeFault(address, new ApiFault('ResourceNotFoundException', 'No cluster'), 'r')).toEqual({
    status: 404,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': 'r', 'x-amzn-errortype': 'ResourceNotFoundException' },
    body: '{"message":"No cluster"}',
  })
})
