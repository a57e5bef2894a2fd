// What GuardDuty has found on machines, and whether it is on at all.

import { GetDetectorCommand, GetFindingsCommand, ListDetectorsCommand, ListFindingsCommand } from '@aws-sdk/client-guardduty'
import type { CloudAt, FindingSeverity, SecurityFinding } from '../ports/index.ts'
import { outcomeOf, text } from './answer.ts'
import type { Caller } from './caller.ts'
import { everyItem, slicesOf } from './pages.ts'

type GuardDutyVerbs = Pick<CloudAt, 'threats'>

export function guardDutyVerbs(call: Caller): GuardDutyVerbs {
  return { threats: (instanceIds, since) => outcomeOf(() => threats(call, instanceIds, since)) }
}

/** GetFindings and a condition take at most 50 values [doc: GetFindings, Condition]. */
const sliceSize = 50

async function threats(
  call: Caller,
  instanceIds: readonly string[],
  since: number,
): Promise<readonly SecurityFinding[] | undefined> {
  const detectorId = await detectorThatIsOn(call)
  if (detectorId === undefined) return undefined
  const found: SecurityFinding[] = []
  for (const ids of slicesOf(instanceIds, sliceSize)) {
    const findingIds = await everyItem(async (NextToken) => {
      const Criterion = {
        'resource.instanceDetails.instanceId': { Equals: [...ids] },
        'service.archived': { Equals: ['false'] },
        updatedAt: { GreaterThanOrEqual: since },
      }
      const command = new ListFindingsCommand({
        DetectorId: detectorId,
        FindingCriteria: { Criterion },
        MaxResults: 50,
        NextToken,
      })
      const answer = await call('ListFindings', ({ guardDuty }) => guardDuty.send(command))
      return { items: answer.FindingIds, next: answer.NextToken }
    })
    for (const FindingIds of slicesOf(findingIds, sliceSize)) {
      const command = new GetFindingsCommand({ DetectorId: detectorId, FindingIds: [...FindingIds] })
      const { Findings } = await call('GetFindings', ({ guardDuty }) => guardDuty.send(command))
      for (const finding of Findings ?? []) {
        found.push({
          instanceId: text(finding.Resource?.InstanceDetails?.InstanceId, 'instance ID of a finding'),
          severity: severityOf(finding.Severity),
          title: text(finding.Type, 'type of a finding'),
        })
      }
    }
  }
  return found
}

/** One a region; a suspended one is there and sees nothing. */
async function detectorThatIsOn(call: Caller): Promise<string | undefined> {
  const ids = await everyItem(async (NextToken) => {
    const answer = await call('ListDetectors', ({ guardDuty }) => guardDuty.send(new ListDetectorsCommand({ NextToken })))
    return { items: answer.DetectorIds, next: answer.NextToken }
  })
  for (const DetectorId of ids) {
    const { Status } = await call('GetDetector', ({ guardDuty }) => guardDuty.send(new GetDetectorCommand({ DetectorId })))
    if (Status === 'ENABLED') return DetectorId
  }
  return undefined
}

/** "Critical: 9.0 - 10.0, High: 7.0 - 8.9" [doc: guardduty_findings-severity]. */
function severityOf(severity: number | undefined): FindingSeverity {
  if (severity === undefined || severity >= 9) return 'critical'
  return severity >= 7 ? 'high' : 'lower'
}
