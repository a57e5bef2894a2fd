// The part of a profile about what an image may hold beyond the benchmark's rules: programs of others' rights, ports, secrets.

import type { Node } from 'yaml'
import type { DeclaredPort } from '../inventory/judge-surface.ts'
import type { SecretWaiver } from '../secrets/judge-secrets.ts'
import type { Known } from './known-names.ts'
import type { HygienePolicy } from './profile.ts'
import { readWaiverTerms, termKeys, waiverHolds } from './read-entries.ts'
import type { Mapping } from './yaml-reader.ts'

/** Undefined when the profile has no `hygiene:`. A list that is there and empty declares that there is none. */
export function readHygiene(known: Known, top: Mapping): HygienePolicy | undefined {
  const node = top.at('hygiene')
  if (node === undefined) return undefined
  const hygiene = known.reader.mapping(node, 'hygiene', [], ['setuid', 'listening', 'secrets'])
  if (hygiene === undefined) return undefined
  return {
    ...(hygiene.at('setuid') && { setuid: readPaths(known, hygiene) }),
    ...(hygiene.at('listening') && { listening: readPorts(known, hygiene) }),
    secrets: hygiene.list('secrets').flatMap((at) => readSecretWaiver(known, at)),
  }
}

function readPaths({ reader }: Known, hygiene: Mapping): readonly string[] {
  return hygiene.texts('setuid').flatMap(({ text, node }) => {
    if (/^(?:\/[^/]+)+$/.test(text) && !/(?:^|\/)\.\.?(?:\/|$)/.test(text)) return [text]
    reader.report('config-wrong-value', node, `${text} is not the absolute path of a program`, 'Write /usr/bin/sudo.')
    return []
  })
}

function readPorts({ reader }: Known, hygiene: Mapping): readonly DeclaredPort[] {
  return hygiene.texts('listening').flatMap(({ text, node }) => {
    const [, protocol, port] = /^(tcp|udp)\/([1-9]\d{0,4})$/.exec(text) ?? []
    if ((protocol === 'tcp' || protocol === 'udp') && Number(port) <= 65_535) return [{ protocol, port: Number(port) }]
    reader.report('config-wrong-value', node, `${text} is not a protocol and a port`, 'Write tcp/22 or udp/514.')
    return []
  })
}

function readSecretWaiver(known: Known, node: Node): readonly SecretWaiver[] {
  const entry = known.reader.mapping(node, 'a waiver', ['file', ...termKeys.required], ['rule', ...termKeys.optional])
  if (entry === undefined) return []
  const [file, rule, terms] = [entry.text('file'), entry.text('rule'), readWaiverTerms(entry)]
  if (file === undefined || terms === undefined) return []
  if (!file.startsWith('/')) {
    known.reader.report('config-wrong-value', entry.at('file'), `${file} is not an absolute path`)
    return []
  }
  if (!waiverHolds(known, `a secret in ${file}`, terms, entry.at('expires'))) return []
  return [{ file, ...(rule && { rule }), ...terms }]
}
