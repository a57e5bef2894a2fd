// Where the ledger is, as it is written: `s3://bucket/prefix?region=…` or `file:folder`.

import { resolve } from 'node:path'
import type { LedgerLocation } from '../resolved.ts'
import type { Reader } from '../yaml/reader.ts'
import { report, type Spot } from '../yaml/reading.ts'
import { text } from '../yaml/scalars.ts'

const hint = 'Write s3://bucket/prefix?region=eu-central-1 or file:folder.'
const s3Shape = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?]*))?(?:\?(.*))?$/
const written = text('the place of the ledger')

export const ledgerLocation: Reader<LedgerLocation> = {
  standIn: () => ({ kind: 'file', directory: '' }),
  read: (at) => {
    const location = written.read(at)
    if (location.startsWith('file:') && location.length > 'file:'.length) {
      return { kind: 'file', directory: resolve(at.reading.directory, location.slice('file:'.length)) }
    }
    return (location.startsWith('s3:') ? readS3(at, location) : undefined) ?? complain(at, location)
  },
}

function readS3(at: Spot, location: string): LedgerLocation | undefined {
  const [, bucket, path, query] = s3Shape.exec(location) ?? []
  if (bucket === undefined) return undefined
  const region = new URLSearchParams(query).get('region')
  if (region === null || !/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region)) {
    report(at, 'config-missing-key', `the ledger's bucket ${bucket} has no region`, hint)
  }
  return { kind: 's3', bucket, prefix: (path ?? '').replace(/^\/+|\/+$/g, ''), region: region ?? '' }
}

function complain(at: Spot, location: string): LedgerLocation {
  if (location !== '') report(at, 'config-wrong-value', `"${location}" is not the place of a ledger`, hint)
  return ledgerLocation.standIn(at)
}
