// Where the ledger and its evidence are, as it is written: `s3://bucket/prefix?region=…` or `file:folder`.

import { resolve } from 'node:path'
import type { BucketLocation, FolderLocation, LedgerLocation } from '../resolved.ts'
import type { Reader } from '../yaml/reader.ts'
import { report, type Spot } from '../yaml/reading.ts'
import { text } from '../yaml/scalars.ts'

const hint = 'Write s3://bucket/prefix?region=eu-central-1 or file:folder.'
const s3Shape = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?]*))?(?:\?(.*))?$/

export const ledgerLocation: Reader<LedgerLocation> = {
  standIn: () => ({ kind: 'file', directory: '' }),
  read: (at) => {
    const location = text('the place of the ledger').read(at)
    const found = readFolder(at, location) ?? readS3(at, location, 'ledger')
    return found ?? complain(at, `"${location}" is not the place of a ledger`, location)
  },
}

/** Also a folder by its path alone, as it always was. */
export const evidenceLocation: Reader<LedgerLocation> = {
  standIn: () => ({ kind: 'file', directory: '' }),
  read: (at) => {
    const location = text('the place of evidence').read(at)
    if (!/^[a-z0-9]+:/.test(location)) return { kind: 'file', directory: resolve(at.reading.directory, location) }
    const found = readFolder(at, location) ?? readS3(at, location, 'evidence')
    return found ?? complain(at, `"${location}" is not a place for evidence`, location)
  },
}

function readFolder(at: Spot, location: string): FolderLocation | undefined {
  if (!location.startsWith('file:') || location.length === 'file:'.length) return undefined
  return { kind: 'file', directory: resolve(at.reading.directory, location.slice('file:'.length)) }
}

function readS3(at: Spot, location: string, what: string): BucketLocation | undefined {
  const [, bucket, path, query] = s3Shape.exec(location) ?? []
  if (bucket === undefined) return undefined
  const region = new URLSearchParams(query).get('region')
  if (region === null || !/^[a-z]{2,4}(-[a-z]+)+-\d$/.test(region)) {
    report(at, 'config-missing-key', `the ${what}'s bucket ${bucket} has no region`, hint)
  }
  return { kind: 's3', bucket, prefix: (path ?? '').replace(/^\/+|\/+$/g, ''), region: region ?? '' }
}

function complain(at: Spot, message: string, location: string): FolderLocation {
  if (location !== '') report(at, 'config-wrong-value', message, hint)
  return { kind: 'file', directory: '' }
}
