// drover.yaml as it is written: its keys, their shapes and defaults.

import { vulnerabilityFormats } from '../../../hardening/index.ts'
import { type FamilyKind, familyKinds } from '../family-kinds.ts'
import { fileReference } from '../yaml/file-reference.ts'
import { allDefaults, mapping, optional, placedDefault, record, required, withDefault } from '../yaml/mapping.ts'
import { list, oneOrMore, placed, type Reader } from '../yaml/reader.ts'
import type { Spot } from '../yaml/reading.ts'
import { accountId, choice, duration, percent, shaped, text, theNumber, wholeNumber, yesOrNo } from '../yaml/scalars.ts'
import { freezes, timeZone, windows } from './calendar.ts'
import { group } from './group.ts'
import { hooks } from './hooks.ts'
import { emergencyLane, lane } from './lane.ts'
import { evidenceLocation, ledgerLocation } from './ledger-location.ts'
import { login } from './login.ts'
import { addressRange, architecture, hostName, imageParameter, launchTemplate, name, organisationArn, region } from './names.ts'
import { node } from './node.ts'
import { nodeHooks } from './node-hooks.ts'
import { notifications } from './notification.ts'
import { provisioner } from './provisioner.ts'
import { role } from './role.ts'
import { test } from './test.ts'

const dayMs = 86_400_000

const whoAmI =
  'Without an owner account anyone can publish an image of that name and be baked into yours (the whoAMI attack). Debian is "136693071363".'

const images = mapping('`images`', {
  account: required(accountId()),
  region: required(placed(region)),
  role: optional(role),
  reach: withDefault(choice('a way to reach build machines', ['private', 'public', 'ssm']), 'private'),
  runners: optional(placed(list('`runners`', addressRange, 1))),
  instanceType: allDefaults(
    mapping('`instanceType`', { x86_64: withDefault(text(), 't3.large'), arm64: withDefault(text(), 't4g.large') }),
  ),
  realBootType: allDefaults(
    mapping('`realBootType`', { x86_64: withDefault(text(), 'm5.metal'), arm64: withDefault(text(), 'm6g.metal') }),
  ),
  subnet: optional(shaped('a subnet ID', /^subnet-[0-9a-f]{8,17}$/, 'subnet-0123456789abcdef0')),
  instanceProfile: optional(text()),
  copyDeadline: optional(duration()),
  shareWith: optional(mapping('`shareWith`', { organisation: required(placed(organisationArn)) })),
  kmsKeys: withDefault(record('`kmsKeys`', text(), checkedAs(region)), []),
})

const stage = mapping('the stage', {
  account: required(placed(accountId())),
  role: optional(role),
  kmsKeys: withDefault(record('`kmsKeys`', text(), checkedAs(region)), []),
  timeZone: withDefault(timeZone, 'UTC'),
  windows: withDefault(windows, []),
  freezes: withDefault(freezes, []),
})

const base = mapping('the base filter', {
  owner: required(accountId(), whoAmI),
  name: required(text(), 'Name the image, with * for what changes: debian-13-amd64-*'),
  architecture: placedDefault(architecture, 'x86_64'),
})

const wave = mapping('the wave', {
  wave: required(placed(name)),
  strategy: placedDefault(choice('a strategy', ['template', 'parameter']), 'template'),
  parameter: optional(placed(imageParameter)),
  groups: withDefault(list('the list of groups', group, 1), []),
  tag: optional(placed(record('`tag`', text()))),
})

const verify = mapping('`verify`', {
  bootDeadline: withDefault(duration(), 300_000),
  minimumScore: withDefault(percent(1, 100), 97),
  realBoot: withDefault(choice('what to do where a fresh machine is a container', ['off', 'try', 'required']), 'off'),
  slowerBootAtMost: withDefault(duration(), 30_000),
  logCollector: optional(mapping('the log collector', { host: required(hostName), port: required(wholeNumber(1, 65_535)) })),
  vulnerabilities: optional(
    mapping('the vulnerability scanner', {
      format: required(placed(choice('a format of a vulnerability scanner', vulnerabilityFormats))),
      command: required(text(), 'Say what prints the result on the machine: cat /var/lib/debsecan/report'),
      timeout: withDefault(duration(), 300_000),
    }),
  ),
})

const kindNames = Object.keys(familyKinds) as [FamilyKind, ...FamilyKind[]]

const family = mapping('the family', {
  kind: required(placed(choice('a kind of family', kindNames))),
  base: optional(oneOrMore('`base`', base)),
  node: optional(node),
  agents: required(list('the list of agents', placed(name))),
  login: required(login, 'Say who may log in: { user: admin, allowGroups: [admin, sudo] }'),
  provisioners: withDefault(list('the list of provisioners', provisioner), []),
  hardening: required(placed(fileReference()), 'Name the hardening profile: hardening/cis-level1-server.yaml'),
  fipsMode: placedDefault(yesOrNo(), false),
  verify: allDefaults(verify),
  groups: required(record('`groups`', placed(list('the list of waves', wave, 1)))),
  maxAge: optional(placed(duration())),
  hooks: withDefault(record('`hooks`', hooks), []),
  nodeHooks: optional(nodeHooks),
  tests: withDefault(record('`tests`', list('the list of tests', test)), []),
  alarms: withDefault(record('`alarms`', placed(list('the list of alarms', text()))), []),
})

const retention = mapping('`retention`', {
  keep: withDefault(wholeNumber(1, 100), 3),
  deprecateAfter: placedDefault(duration(), 14 * dayMs),
  disableAfter: placedDefault(duration(), 30 * dayMs),
  deregisterAfter: placedDefault(duration(), 90 * dayMs),
  keepFailed: withDefault(duration(), 7 * dayMs),
  leaveOut: withDefault(list('`leaveOut`', launchTemplate), []),
})

export const droverFile = mapping('the configuration', {
  version: required(theNumber(1), 'Write `version: 1`: the version of this format.'),
  organisation: required(name),
  ledger: required(ledgerLocation, 'Say where releases are recorded: s3://bucket/prefix?region=… or file:folder'),
  evidence: optional(evidenceLocation),
  notifications: withDefault(notifications, []),
  endpoints: withDefault(choice('a kind of endpoints', ['standard', 'fips']), 'standard'),
  images: required(images),
  ownerTags: withDefault(list('`ownerTags`', text(), 1), ['owner', 'Owner', 'team']),
  retention: allDefaults(retention),
  stages: required(record('`stages`', stage, checkedAs(name))),
  lanes: required(mapping('`lanes`', { weekly: required(lane), emergency: required(emergencyLane) })),
  families: required(record('`families`', family, checkedAs(name))),
})

export type WrittenConfig = ReturnType<typeof droverFile.read>
export type WrittenFamily = ReturnType<typeof family.read>
export type WrittenNode = ReturnType<typeof node.read>
export type WrittenWave = ReturnType<typeof wave.read>
export type { WrittenGroup } from './group.ts'

/** A key that must have the shape of a value. */
function checkedAs(reader: Reader<string>): (at: Spot) => void {
  return (at) => void reader.read(at)
}
