// Inspector and GuardDuty, asked through the SDK over answers in the shape they document.

import { describe, expect, it } from 'vitest'
import { Fault, place, stubAws } from './stub-aws.ts'

const [first, second] = ['i-00000000000000001', 'i-00000000000000002'] as const
const covered = (resourceId: string, statusCode: string, reason: string) => ({ resourceId, scanStatus: { statusCode, reason } })

describe('Inspector', () => {
  it('has scanned a machine only when its scan succeeded, page by page', async () => {
    const { cloud, asked } = stubAws({
      'POST /coverage/list': [
        { coveredResources: [covered(first, 'ACTIVE', 'SUCCESSFUL')], nextToken: 'more' },
        { coveredResources: [covered(second, 'ACTIVE', 'PENDING_INITIAL_SCAN')] },
      ],
    })
    expect(await cloud.at(place).scanCoverage([first, second])).toEqual({
      ok: true,
      value: [
        { instanceId: first, isScanned: true, reason: 'ACTIVE, SUCCESSFUL' },
        { instanceId: second, isScanned: false, reason: 'ACTIVE, PENDING_INITIAL_SCAN' },
      ],
    })
    const resourceId = [first, second].map((value) => ({ comparison: 'EQUALS', value }))
    const filterCriteria = { resourceId, scanType: [{ comparison: 'EQUALS', value: 'PACKAGE' }] }
    expect(asked.map(({ parameters }) => parameters)).toEqual([
      { filterCriteria, maxResults: 200 },
      { filterCriteria, maxResults: 200, nextToken: 'more' },
    ])
  })

  it('takes ten machines at a time', async () => {
    const ids = Array.from({ length: 21 }, (_, index) => `i-${String(index).padStart(17, '0')}`)
    const { cloud, asked } = stubAws({ 'POST /findings/list': [{ findings: [] }] })
    expect(await cloud.at(place).vulnerabilities(ids)).toEqual({ ok: true, value: [] })
    expect(asked).toHaveLength(3)
  })

  it.each([
    ['CRITICAL', 'critical'],
    ['HIGH', 'high'],
    ['UNTRIAGED', 'high'],
    ['MEDIUM', 'lower'],
  ])('calls %s %s', async (severity, expected) => {
    const finding = { severity, title: 'CVE-2026-1', resources: [{ id: first, type: 'AWS_EC2_INSTANCE' }] }
    const { cloud } = stubAws({ 'POST /findings/list': [{ findings: [finding] }] })
    const value = [{ instanceId: first, severity: expected, title: 'CVE-2026-1' }]
    expect(await cloud.at(place).vulnerabilities([first])).toEqual({ ok: true, value })
  })

  it('that may not be asked is no answer', async () => {
    const { cloud } = stubAws({ 'POST /coverage/list': [new Fault(403, 'AccessDeniedException')] })
    expect(await cloud.at(place).scanCoverage([first])).toMatchObject({ ok: false })
  })
})

describe('GuardDuty', () => {
  const detectors = { 'GET /detector': [{ detectorIds: ['d1'] }] }

  it('tells what it has found on those machines since then', async () => {
    const Finding = (severity: number) => ({
      severity,
      type: 'CryptoCurrency:EC2/BitcoinTool.B',
      resource: { instanceDetails: { instanceId: first } },
    })
    const { cloud, asked } = stubAws({
      ...detectors,
      'GET /detector/d1': [{ status: 'ENABLED' }],
      'POST /detector/d1/findings': [{ findingIds: ['f1', 'f2', 'f3'] }],
      'POST /detector/d1/findings/get': [{ findings: [Finding(9), Finding(8.9), Finding(6)] }],
    })
    const answer = await cloud.at(place).threats([first, second], 1_700_000_000_000)
    expect(answer.ok && answer.value?.map(({ severity }) => severity)).toEqual(['critical', 'high', 'lower'])
    expect(asked.find(({ action }) => action === 'POST /detector/d1/findings')?.parameters).toMatchObject({
      findingCriteria: {
        criterion: {
          'resource.instanceDetails.instanceId': { equals: [first, second] },
          'service.archived': { equals: ['false'] },
          updatedAt: { greaterThanOrEqual: 1_700_000_000_000 },
        },
      },
    })
  })

  it.each([
    ['no detector', { 'GET /detector': [{ detectorIds: [] }] }],
    ['a suspended one', { ...detectors, 'GET /detector/d1': [{ status: 'DISABLED' }] }],
  ])('with %s sees nothing', async (_, answers) => {
    expect(await stubAws(answers).cloud.at(place).threats([first], 0)).toEqual({ ok: true, value: undefined })
  })
})
