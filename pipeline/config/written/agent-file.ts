// agents/NAME.yaml as it is written.

import { fileReference } from '../yaml/file-reference.ts'
import { mapping, optional, required, withDefault } from '../yaml/mapping.ts'
import { list, mapped, scalarOr } from '../yaml/reader.ts'
import { choice, duration, fileMode, refined, shaped, text } from '../yaml/scalars.ts'
import { machinePath, ownerAndGroup } from './names.ts'

export const defaultProbeTimeoutMs = 30_000

const packageName = shaped('a package name', /^[a-z0-9][a-z0-9+._-]+$/, 'prometheus-node-exporter')
const unit = shaped('a unit with its type', /^[\w:.\\@-]+\.(service|socket|timer|path|mount|target)$/, 'rsyslog.service')
const expectation = choice('a state to expect', ['active', 'enabled', 'inactive'])

const address = shaped('a repository address', /^https?:\/\/\S+$/, 'https://packages.example.com/debian')

const packageFile = mapping('the file of the package', {
  url: required(
    shaped(
      'an address of a file',
      /^(https:\/\/[^\s?#]+|s3:\/\/[a-z0-9][a-z0-9.-]+\/[^\s?#]+\?region=[a-z0-9-]+)$/,
      'https://packages.example.com/agent.rpm or s3://bucket/agent.rpm?region=eu-central-1',
    ),
  ),
  sha256: required(
    shaped('a SHA-256 digest', /^[0-9a-f]{64}$/, 'what sha256sum prints'),
    'A file whose digest is not pinned can be replaced.',
  ),
})

/** One for each architecture the agent is installed on; a package is for one architecture. */
const packageFiles = mapping('`file`', { x86_64: optional(packageFile), arm64: optional(packageFile) })

const packages = scalarOr(
  mapped(packageName, (name, at) => ({ at, name, version: undefined, file: undefined })),
  mapping('the package', {
    name: required(packageName),
    version: optional(text('a version')),
    file: optional(packageFiles),
  }),
)

const repository = mapping('the repository', {
  uri: optional(address),
  suite: optional(text()),
  components: optional(list('the list of components', text(), 1)),
  baseurl: optional(address),
  key: required(fileReference(), 'Keep the key beside the agent file: a repository whose key is not pinned can be replaced.'),
  fingerprint: required(
    mapped(
      refined(text('a fingerprint'), (value) =>
        /^[0-9A-F]{40}$/i.test(value.replace(/\s/g, ''))
          ? undefined
          : [
              `"${value}" is not a full fingerprint`,
              'Write all 40 hexadecimal digits (gpg --show-keys FILE); short key IDs can be forged.',
            ],
      ),
      (value) => value.replace(/\s/g, '').toUpperCase(),
    ),
  ),
})

const file = mapping('the file', {
  from: required(fileReference('file or folder')),
  to: required(machinePath),
  mode: optional(fileMode()),
  owner: withDefault(ownerAndGroup, 'root:root'),
})

const service = scalarOr(
  mapped(unit, (name, at) => ({ at, unit: name, expect: 'active' as const })),
  mapping('the service', { unit: required(unit), expect: withDefault(expectation, 'active') }),
)

const probe = scalarOr(
  mapped(text('a shell command'), (command, at) => ({ at, command, timeout: defaultProbeTimeoutMs })),
  mapping('the probe', {
    command: required(text('a shell command')),
    timeout: withDefault(duration(), defaultProbeTimeoutMs),
  }),
)

const enrolment = mapping('the enrolment', {
  parameter: required(shaped('a parameter name', /^[\w./-]+$/, '/drover/log-collector')),
  file: required(machinePath),
  mode: withDefault(fileMode(), '0600'),
  owner: withDefault(ownerAndGroup, 'root:root'),
  template: withDefault(
    refined(text('a template'), (value) =>
      value.includes('{value}') ? undefined : ['the template has no {value}', "Write {value} where the parameter's value goes."],
    ),
    '{value}\n',
  ),
  restart: withDefault(list('the list of units', unit), []),
})

export const agentFile = mapping('the agent', {
  purpose: required(
    choice('a purpose', ['vulnerability-scanner', 'monitoring', 'log-shipper', 'intrusion-detection', 'login', 'other']),
  ),
  packages: withDefault(list('the list of packages', packages), []),
  repository: optional(repository),
  files: withDefault(list('the list of files', file), []),
  services: withDefault(list('the list of services', service), []),
  probes: withDefault(list('the list of probes', probe), []),
  identity: optional(text('a shell command')),
  enrol: withDefault(list('the list of enrolments', enrolment), []),
})

export type WrittenAgent = ReturnType<typeof agentFile.read>
