// The names a configuration uses, and what they may look like.

import { isIPv4 } from 'node:net'
import { choice, refined, shaped, text } from '../yaml/scalars.ts'

/** Organisations, stages, families, waves, agents: words that end up in tags, file names and addresses. */
export const name = shaped('a name of small letters, digits and dashes', /^[a-z][a-z0-9_-]{0,62}$/, 'node-exporter')

export const region = shaped('a region', /^[a-z]{2,4}(-[a-z]+)+-\d$/, 'eu-central-1')

export const architecture = choice('an architecture', ['x86_64', 'arm64'])

/** A role's name (with its path if it has one) or its full ARN. */
export const roleName = shaped(
  'a role name or ARN',
  /^(arn:aws[a-z-]*:iam::\d{12}:role\/)?[\w+=,.@-]+(\/[\w+=,.@-]+)*$/,
  'drover-promote',
)

/** "2 to 1,224 characters: letters, digits and `+=,.@:/-`" [doc: AssumeRole]. */
export const externalId = shaped('an external ID', /^[\w+=,.@:/-]{2,1224}$/, 'acme-7d1f0c2e')

export interface GroupName {
  readonly region: string
  readonly group: string
}

const regionAndGroup = /^([a-z]{2,4}(?:-[a-z]+)+-\d)\/(\S.{0,253}\S|\S)$/

export const organisationArn = shaped(
  'the ARN of an organisation',
  /^arn:[a-z-]+:organizations::\d{12}:organization\/o-[a-z0-9]{10,32}$/,
  'arn:aws:organizations::111111111111:organization/o-0123456789',
)

/** A parameter of Systems Manager that is the account's own, and of no version in particular. */
export const imageParameter = shaped(
  'the name of a parameter',
  /^\/(?!(aws|ssm)(\/|$))[\w.-]+(\/[\w.-]+)*$/i,
  '/acme/web/wave-1/image',
)

/** `account/region/ID`. */
export const launchTemplate = shaped(
  'a launch template',
  /^\d{12}\/[a-z]{2,4}(-[a-z]+)+-\d\/lt-[0-9a-f]{8,17}$/,
  '222222222222/eu-central-1/lt-0123456789abcdef0',
)

/** `region/group`. */
export const groupName = refined(text('a group such as eu-central-1/web'), (value) =>
  regionAndGroup.test(value) ? undefined : [`"${value}" is not a group`, 'Write region/group: eu-central-1/web'],
)

const regionAndNodeGroup = /^[a-z]{2,4}(?:-[a-z]+)+-\d\/[0-9A-Za-z][\w-]{0,99}\/[0-9A-Za-z][\w-]{0,62}$/

/** `region/cluster/name`. */
export const nodeGroupName = refined(text('a managed node group such as eu-central-1/acme/workers'), (value) =>
  regionAndNodeGroup.test(value)
    ? undefined
    : [`"${value}" is not a managed node group`, 'Write region/cluster/name: eu-central-1/acme/workers'],
)

const regionAndNodeClass = /^[a-z]{2,4}(?:-[a-z]+)+-\d\/[0-9A-Za-z][\w-]{0,99}\/[0-9a-z]([0-9a-z.-]{0,251}[0-9a-z])?$/

/** `region/cluster/class`. */
export const nodeClassName = refined(text('an EC2NodeClass such as eu-central-1/acme/default'), (value) =>
  regionAndNodeClass.test(value)
    ? undefined
    : [`"${value}" is not an EC2NodeClass`, 'Write region/cluster/class: eu-central-1/acme/default'],
)

/** Undefined for a stand-in. */
export function parseGroupName(written: string): GroupName | undefined {
  const [, foundRegion, group] = regionAndGroup.exec(written) ?? []
  return foundRegion === undefined || group === undefined ? undefined : { region: foundRegion, group }
}

/** An absolute path on a machine. */
export const machinePath = shaped(
  'an absolute path',
  /^\/(?!.*(?:\/\.\.?(?:\/|$)|\/\/))[^\0\n]*$/,
  '/etc/rsyslog.d/10-forward.conf',
)

export const ownerAndGroup = shaped('an owner and group', /^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/, 'root:root')

/** A range of IPv4 addresses, not all of them. */
export const addressRange = refined(text('a range of addresses'), (value) => {
  const [, address, bits] = /^([\d.]+)\/(\d{1,2})$/.exec(value) ?? []
  if (bits === '0') return [`"${value}" is everyone`, 'Write the narrowest range there is: 203.0.113.7/32.']
  if (address !== undefined && isIPv4(address) && Number(bits) <= 32) return undefined
  return [`"${value}" is not a range of addresses`, 'Write it like 203.0.113.7/32.']
})

export const hostName = shaped('a host name', /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'log-collector.example.com')
