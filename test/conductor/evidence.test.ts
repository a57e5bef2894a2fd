// Evidence is kept before an event names it, and another runner judges by what was kept.

import { expect, test } from 'vitest'
import { advance, type ConductorContext } from '../../pipeline/conductor/index.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import type { PerformerRequest, ReleaseEvent } from '../../pipeline/release/index.ts'
import { aConductor } from '../support/conductor-context.ts'
import { anOpening, recordsOf, testReleaseId } from '../support/factories.ts'
import { createMemoryEvidence, type MemoryEvidence } from '../support/memory-evidence.ts'
import { createMemoryFiles } from '../support/memory-files.ts'
import { ledgerOf, type MemoryLedger } from '../support/memory-ledger.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const log = 'what Packer said'
const path = 'bake/x86_64/packer.log'
const file = `/evidence/${testReleaseId}/${path}`

interface Runner {
  readonly context: ConductorContext
  readonly files: Files
  /** What the verification found of the bake's log on this runner's disk. */
  readonly seen: (string | undefined)[]
}

/** Its bake writes the log, if anything, and names it; its verification reads it. */
function aRunner(ledger: MemoryLedger, evidence: MemoryEvidence, written = log): Runner {
  const inner = aConductor({ ledger, clock: createVirtualClock() })
  const files = createMemoryFiles()
  const seen: Runner['seen'] = []
  const bake = async (request: PerformerRequest<'bake'>): Promise<readonly ReleaseEvent[]> => {
    if (written !== '') await files.write(`${request.evidenceDirectory}/${path}`, written)
    const outcome = await inner.performers.bake(request)
    return outcome.map((event) =>
      event.type === 'bake.finished' ? { ...event, evidence: [{ path, sha256: sha256(log) }] } : event,
    )
  }
  const verify = async (request: PerformerRequest<'verify'>): Promise<readonly ReleaseEvent[]> => {
    seen.push(await files.readText(`${request.evidenceDirectory}/${path}`))
    return inner.performers.verify(request)
  }
  const performers = { ...inner.performers, bake, verify }
  return { context: { ...inner, performers, evidence: { store: evidence.from(files), files } }, files, seen }
}

const opened = async () => ledgerOf(recordsOf([anOpening()]))
const typesIn = ({ records }: MemoryLedger) => records.map(({ event }) => event.type)

/** As far as the bake, as a runner that is stopped then leaves it. */
async function baked(ledger: MemoryLedger, evidence: MemoryEvidence): Promise<void> {
  ledger.onAppend = (moment, { event }) => {
    if (moment === 'after' && event.type === 'bake.finished') throw new Error('stopped')
  }
  await expect(advance(aRunner(ledger, evidence).context, testReleaseId, { watch: false })).rejects.toThrow('stopped')
  ledger.onAppend = () => undefined
}

test('what an event names is kept by the time it is recorded', async () => {
  const [ledger, evidence] = [await opened(), createMemoryEvidence()]
  ledger.onAppend = (moment, { event }) => {
    if (moment === 'before' && event.type === 'bake.finished') expect([...evidence.kept.keys()]).toEqual([sha256(log)])
  }
  await advance(aRunner(ledger, evidence).context, testReleaseId, { watch: false })
  expect(typesIn(ledger)).toContain('bake.finished')
})

test.each([
  ['gone', '', 'is gone from'],
  ['something else', 'no log', 'is not what was found'],
])('evidence that is %s is never named by an event', async (_, written, told) => {
  const [ledger, evidence] = [await opened(), createMemoryEvidence()]
  const running = advance(aRunner(ledger, evidence, written).context, testReleaseId, { watch: false })
  await expect(running).rejects.toThrow(told)
  await expect(running).rejects.toMatchObject({ problems: [{ code: 'evidence-broken' }] })
  expect(typesIn(ledger)).not.toContain('bake.finished')
})

test('another runner, with nothing on its disk, judges by what the first one kept', async () => {
  const [ledger, evidence] = [await opened(), createMemoryEvidence()]
  await baked(ledger, evidence)
  const heir = aRunner(ledger, evidence)
  await advance(heir.context, testReleaseId, { watch: false })
  expect(heir.seen).toEqual([log])
  expect(typesIn(ledger)).toContain('verify.finished')
})

test('it takes the kept one over what lies on its own disk', async () => {
  const [ledger, evidence] = [await opened(), createMemoryEvidence()]
  await baked(ledger, evidence)
  const heir = aRunner(ledger, evidence)
  await heir.files.write(file, 'left from another time')
  await advance(heir.context, testReleaseId, { watch: false })
  expect(heir.seen).toEqual([log])
})

test('what was changed since is refused by name, and nothing is judged by it', async () => {
  const [ledger, evidence] = [await opened(), createMemoryEvidence()]
  await baked(ledger, evidence)
  evidence.kept.set(sha256(log), new TextEncoder().encode('forged'))
  const heir = aRunner(ledger, evidence)
  await expect(advance(heir.context, testReleaseId, { watch: false })).rejects.toThrow(
    `${path} is kept as memory/${sha256(log)}, but that differs from what the ledger recorded [evidence-broken]`,
  )
  expect(heir.seen).toEqual([])
  expect(typesIn(ledger)).not.toContain('verify.finished')
})
