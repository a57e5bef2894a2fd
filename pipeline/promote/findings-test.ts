// The `findings` test: what Inspector or GuardDuty say of the stage's machines; not scanned is not quiet.

import type { CloudOutcome, SecurityFinding } from '../ports/index.ts'
import type { TestPolicy } from '../release/index.ts'
import { patiently } from './patience.ts'
import type { RegionMachines } from './stage-machines.ts'
import type { TestRun, TestVerdict } from './test-run.ts'

type FindingsTest = Extract<TestPolicy, { readonly kind: 'findings' }>

const pollMs = 30_000

export async function testForFindings(test: FindingsTest, run: TestRun): Promise<TestVerdict> {
  // The local cloud has neither service: an answer made up there would say nothing about AWS.
  if (run.release.rehearsal) return { ok: true, detail: 'not asked in a rehearsal' }
  const deadline = run.clock.now() + test.timeoutMs
  const findings: SecurityFinding[] = []
  for (const place of run.regions.filter(({ machines }) => machines.length > 0)) {
    const found = await (test.source === 'inspector' ? askInspector(place, run, deadline) : askGuardDuty(place, run))
    if (!found.ok) return { ok: false, detail: `${found.message} (${place.region})` }
    findings.push(...found.value)
  }
  return judge(test, findings)
}

/** A new machine is scanned some minutes after its agent has told of it; until then nothing found means nothing. */
async function askInspector(
  { at, machines }: RegionMachines,
  run: TestRun,
  deadline: number,
): Promise<CloudOutcome<readonly SecurityFinding[]>> {
  const ids = machines.map(({ id }) => id)
  for (;;) {
    const coverage = await patiently(() => at.scanCoverage(ids), run)
    if (!coverage.ok) return coverage
    const scanned = new Set(coverage.value.flatMap(({ instanceId, isScanned }) => (isScanned ? [instanceId] : [])))
    const missing = ids.find((id) => !scanned.has(id))
    if (missing === undefined) return patiently(() => at.vulnerabilities(ids), run)
    if (run.clock.now() >= deadline) {
      const reason = coverage.value.find(({ instanceId }) => instanceId === missing)?.reason ?? 'it does not know the machine'
      return unseen(`${missing} is not scanned by Inspector: ${reason}`)
    }
    await run.clock.pause(pollMs, run.signal)
  }
}

/** No machine of the stage is older than the release that rolled it. */
async function askGuardDuty({ at, machines }: RegionMachines, run: TestRun): Promise<CloudOutcome<readonly SecurityFinding[]>> {
  const ids = machines.map(({ id }) => id)
  const found = await patiently(() => at.threats(ids, run.release.openedAt.wallAt), run)
  if (!found.ok) return found
  return found.value ? { ok: true, value: found.value } : unseen('GuardDuty has no detector that is on')
}

function judge({ atMost }: FindingsTest, findings: readonly SecurityFinding[]): TestVerdict {
  for (const severity of ['critical', 'high'] as const) {
    const own = findings.filter((finding) => finding.severity === severity)
    const [first] = own
    if (first && own.length > atMost[severity]) {
      const detail = `${own.length} ${severity} where at most ${atMost[severity]} may be: ${first.title} on ${first.instanceId}`
      return { ok: false, detail: own.length === 1 ? detail : `${detail} and others` }
    }
  }
  return { ok: true, detail: '' }
}

function unseen(message: string): CloudOutcome<never> {
  return { ok: false, kind: 'not-found', code: 'NotScanned', message }
}
