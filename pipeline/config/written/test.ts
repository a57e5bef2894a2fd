// What must hold while a stage soaks, as it is written.

import { resolve } from 'node:path'
import { allDefaults, mapping, required, withDefault } from '../yaml/mapping.ts'
import { list, mapped, placed, type Reader } from '../yaml/reader.ts'
import { choice, duration, shaped, text, wholeNumber } from '../yaml/scalars.ts'
import { variant } from '../yaml/variant.ts'
import { groupName, hostName } from './names.ts'

const http = mapping('the http test', {
  name: required(text()),
  port: withDefault(wholeNumber(1, 65_535), 80),
  path: withDefault(shaped('a path', /^\/\S*$/, '/health'), '/'),
  expect: withDefault(wholeNumber(100, 599), 200),
  timeout: withDefault(duration(), 5_000),
})

const machine = mapping('the machine test', {
  name: required(text()),
  script: required(text('a shell script')),
  timeout: withDefault(duration(), 60_000),
})

/** Rules are named as the content names them; that a rule in `allow` exists is not checked, for content comes and goes under it. */
const drift = mapping('the drift test', {
  name: required(text()),
  allow: withDefault(list('the list of rules', text()), []),
  timeout: withDefault(duration(), 300_000),
})

const program = mapping('the program test', {
  name: required(text()),
  run: required(argumentsOf(list('`run`', text(), 1)), 'Name the program and its arguments: [./tests/checkout.sh, --quick]'),
  timeout: withDefault(duration(), 300_000),
})

const findings = mapping('the findings test', {
  name: required(text()),
  source: required(choice('a source of findings', ['inspector', 'guardduty']), 'Say whose findings: inspector or guardduty'),
  atMost: allDefaults(
    mapping('`atMost`', {
      critical: withDefault(wholeNumber(0, 1_000_000), 0),
      high: withDefault(wholeNumber(0, 1_000_000), 0),
    }),
  ),
  timeout: withDefault(duration(), 1_800_000),
})

/** A kubeconfig holds secrets and is the runner's own: no file of the configuration's, and not looked for before it is needed. */
const clusterAccess = variant('a way to the cluster', {
  eks: shaped('the name of an EKS cluster', /^[0-9A-Za-z][\w-]{0,99}$/, 'acme-staging'),
  kubeconfig: mapped(text('the path of a kubeconfig'), (path, at) => resolve(at.reading.directory, path)),
})

const cluster = mapping('the cluster test', {
  name: required(text()),
  in: required(clusterAccess, 'Say which cluster: { eks: NAME } or { kubeconfig: PATH }'),
  groups: withDefault(list('the list of groups', placed(groupName)), []),
  namespace: withDefault(shaped('a namespace', /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'drover'), 'drover'),
  image: required(
    shaped('an image', /^[a-z0-9][\w.:/@-]{0,254}$/i, 'public.ecr.aws/docker/library/busybox:1.37'),
    'Name one with sh and nslookup in it',
  ),
  lookUp: withDefault(list('the list of names', hostName, 1), ['kubernetes.default.svc.cluster.local']),
  timeout: withDefault(duration(), 600_000),
})

export const test = variant('a test', { http, machine, program, drift, findings, cluster })

export type WrittenTest = NonNullable<ReturnType<typeof test.read>>

/** A program written as a path is a file of the configuration's; one written as a word is looked up on the runner's PATH. */
export function argumentsOf(words: Reader<readonly string[]>): Reader<readonly string[]> {
  return {
    standIn: words.standIn,
    read: (at) => {
      const [program = '', ...rest] = words.read(at)
      if (!/^\.{0,2}\//.test(program)) return [program, ...rest]
      const path = resolve(at.reading.directory, program)
      at.reading.references.push({ at, path, expect: 'file' })
      return [path, ...rest]
    },
  }
}
