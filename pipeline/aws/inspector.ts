// What Inspector has found on machines, and whether it looks at them at all.

import { type FilterCriteria, ListCoverageCommand, ListFindingsCommand } from '@aws-sdk/client-inspector2'
import type { CloudAt, FindingSeverity, ScanCoverage, SecurityFinding } from '../ports/index.ts'
import { outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { everyItem, slicesOf } from './pages.ts'

type InspectorVerbs = Pick<CloudAt, 'scanCoverage' | 'vulnerabilities'>

export function inspectorVerbs(call: Caller): InspectorVerbs {
  return {
    scanCoverage: (instanceIds) => outcomeOf(() => scanCoverage(call, instanceIds)),
    vulnerabilities: (instanceIds) => outcomeOf(() => vulnerabilities(call, instanceIds)),
  }
}

/** "Array Members: Minimum number of 1 item. Maximum number of 10 items" [doc: CoverageFilterCriteria]. */
const idsPerFilter = 10

const equal = <Value extends string>(value: Value) => ({ comparison: 'EQUALS' as const, value })

async function scanCoverage(call: Caller, instanceIds: readonly string[]): Promise<readonly ScanCoverage[]> {
  const answers = slicesOf(instanceIds, idsPerFilter).map((ids) =>
    everyItem(async (nextToken) => {
      const filterCriteria = { resourceId: ids.map(equal), scanType: [equal('PACKAGE')] }
      const command = new ListCoverageCommand({ filterCriteria, maxResults: 200, nextToken })
      const answer = await call('ListCoverage', ({ inspector }) => inspector.send(command))
      const items = answer.coveredResources?.map(({ resourceId, scanStatus }) => ({
        instanceId: text(resourceId, 'instance ID'),
        // A first scan that is yet to come is ACTIVE too [doc: ScanStatus].
        isScanned: scanStatus?.statusCode === 'ACTIVE' && scanStatus.reason === 'SUCCESSFUL',
        reason: [scanStatus?.statusCode, scanStatus?.reason].filter(Boolean).join(', ') || 'no status',
      }))
      return { items, next: answer.nextToken }
    }),
  )
  return (await Promise.all(answers)).flat()
}

async function vulnerabilities(call: Caller, instanceIds: readonly string[]): Promise<readonly SecurityFinding[]> {
  const answers = slicesOf(instanceIds, idsPerFilter).map((ids) =>
    everyItem(async (nextToken) => {
      const filterCriteria: FilterCriteria = { resourceId: ids.map(equal), findingStatus: [equal('ACTIVE')] }
      const command = new ListFindingsCommand({ filterCriteria, maxResults: 100, nextToken })
      const answer = await call('ListFindings', ({ inspector }) => inspector.send(command))
      const items = answer.findings?.map((finding) => ({
        instanceId: text(finding.resources?.[0]?.id, 'instance ID of a finding'),
        severity: severityOf(text(finding.severity, 'severity of a finding')),
        title: finding.title ?? text(finding.findingArn, 'ARN of a finding'),
      }))
      return { items, next: answer.nextToken }
    }),
  )
  return (await Promise.all(answers)).flat()
}

/** What nobody has judged yet could be anything. */
function severityOf(written: string): FindingSeverity {
  if (written === 'CRITICAL') return 'critical'
  return written === 'HIGH' || written === 'UNTRIAGED' ? 'high' : 'lower'
}
