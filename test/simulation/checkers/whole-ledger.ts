// The ledger is whole: one chain in the order of time, every outcome behind its intent, and nothing begun by what is over.

import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import type { CreateChecker } from './checker.ts'

export const wholeLedger: CreateChecker = () => {
  let last: LedgerEvent | undefined
  const over = new Set<string>()
  const begun = new Set<string>()
  return {
    onRecord: (record) => {
      const { sequence, previousHash, at, release, event } = record
      const name = `record ${sequence} (${event.type} of ${release})`
      const key = `${release} ${thingOf(event)}`
      const wrong: (string | false)[] = [
        sequence !== (last?.sequence ?? 0) + 1 && `${name} follows record ${last?.sequence}`,
        last !== undefined && previousHash !== last.hash && `${name} does not name the hash of the one before`,
        last !== undefined && at < last.at && `${name} is of ${at}, before ${last.at}`,
        over.has(release) && beginsSomething(event) && `${name} begins something, but the release is over`,
        event.type.endsWith('.intended') && begun.has(key) && `${name} is intended twice`,
        needsIntent(event) && !begun.has(key) && `${name} was never intended`,
      ]
      last = record
      if (/^release\.(finished|failed|refused|superseded)$/.test(event.type)) over.add(release)
      if (event.type.endsWith('.intended')) begun.add(key)
      if (endsStep(event)) begun.delete(key)
      return wrong.filter((sentence) => sentence !== false)
    },
  }
}

/** What the event is about: `roll dev eu-central-1 dev-1`, `copy eu-west-1 arm64`. */
function thingOf(event: LedgerEvent['event']): string {
  const [kind] = event.type.split('.')
  if ('group' in event) return `${kind} ${event.group.stage} ${event.group.region} ${event.group.group}`
  if ('architecture' in event) return `${kind} ${event.region} ${event.architecture}`
  return 'region' in event ? `${kind} ${event.region}` : `${kind}`
}

function beginsSomething({ type }: LedgerEvent['event']): boolean {
  return type.endsWith('.intended') || type === 'approval.requested' || type === 'soak.started'
}

function endsStep({ type }: LedgerEvent['event']): boolean {
  return /^(bake|verify|copy|roll|undo)\.(finished|failed)$/.test(type)
}

/** A roll may fail while it looks at the group, before it has intended anything. */
function needsIntent(event: LedgerEvent['event']): boolean {
  return endsStep(event) && event.type !== 'roll.failed'
}
