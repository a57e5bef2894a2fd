// Which members of AWS's structures may be kept as they are, which are dropped unseen, and what the rest is called.

/** AWS defines their values, so a value says nothing about the account. `Parent.Name` where the name alone is ambiguous. */
const enumerated = new Set([
  'Architecture',
  'Attribute',
  'ComparisonOperator',
  'DeviceType',
  'DocumentName',
  'EbsEncryptionSupport',
  'HealthCheckType',
  'HealthStatus',
  'HttpEndpoint',
  'HttpTokens',
  'Hypervisor',
  'ImageType',
  'ImdsSupport',
  'IpProtocol',
  'KeyManager',
  'KeySpec',
  'KeyState',
  'KeyUsage',
  'LifecycleState',
  'LifecycleTransition',
  'OperationType',
  'RefreshStrategy',
  'ResourceType',
  'RootDeviceType',
  'ScaleInProtectedInstances',
  'StandbyInstances',
  'State',
  'State.Name',
  'StateValue',
  'Statistic',
  'Status',
  'StatusCode',
  'Strategy',
  'Tenancy',
  'TreatMissingData',
  'VirtualizationType',
  'VolumeType',
])

/** Those of them that a thing goes through. */
const passing = new Set(['HealthStatus', 'LifecycleState', 'State', 'State.Name', 'StateValue', 'Status', 'StatusCode'])

/** Not even that two of them are the same may be kept. */
const secret =
  /(userdata|secret|password|passphrase|token$|sessiontoken|credential|keymaterial|privatekey|publickey|signature|plaintext|blob)/i

/** Client tokens say nothing, and that one is repeated is worth seeing. */
const plainTokens = new Set(['ClientToken', 'NextToken'])

/** Their members are named by whoever wrote them. */
const freelyNamed = new Set(['Attributes', 'MessageAttributes', 'Parameters'])

/** AWS's literals that a rule about words does not take. */
const literals = new Set(['x86_64', 'arm64', 'v2.0', 'gp2', 'gp3', 'AWS-RunShellScript', '$Latest', '$Default'])

/** As AWS writes its values: `InProgress`, `shutting-down`, `INSUFFICIENT_DATA`, `autoscaling:EC2_INSTANCE_TERMINATING`. */
const words =
  /^(?:[A-Z]?[a-z]{2,14}(?:[A-Z][a-z]{1,14}){0,3}|[a-z]{2,14}(?:-[a-z]{2,14}){1,2}|[A-Z]{2,14}(?:_[A-Z]{2,14}){0,2}|autoscaling:EC2_INSTANCE_[A-Z]{9,11})$/

export function isEnumerated(member: string, parent: string): boolean {
  return enumerated.has(`${parent}.${member}`) || (enumerated.has(member) && !secret.test(parent))
}

export function isPassing(member: string, parent: string): boolean {
  return passing.has(`${parent}.${member}`) || passing.has(member)
}

/** Where a value of AWS's own is expected, only what looks like one is taken for it. */
export function looksEnumerated(value: string): boolean {
  return literals.has(value) || (words.test(value) && value.length <= 40)
}

export function isSecret(member: string): boolean {
  return secret.test(member) && !plainTokens.has(member)
}

export function isFreelyNamed(member: string): boolean {
  return freelyNamed.has(member)
}

/** A name that AWS could have given to a member; anything else may be somebody's data. */
export function isMemberName(name: string): boolean {
  return name.length <= 48 && /^(?!(?:.*\d){3})(?:[A-Z]{2,4}|(?:[A-Z]{0,5}[a-z]{1,16}\d{0,2}){1,6}[A-Z]{0,3})$/.test(name)
}

/** `InvalidAMIID.NotFound`, `EC2ThrottledException`. */
export function isErrorCode(code: string): boolean {
  return code.length <= 60 && /^[A-Za-z]{2,40}\d?[A-Za-z]{0,30}(?:\.[A-Za-z]{2,40})?$/.test(code)
}

/** By what a value looks like, first match; else it is named by its member. */
const shapes: readonly (readonly [string, RegExp])[] = [
  ['ami', /^ami-[0-9a-f]+$/],
  ['instance', /^i-[0-9a-f]+$/],
  ['snapshot', /^snap-[0-9a-f]+$/],
  ['volume', /^vol-[0-9a-f]+$/],
  ['template', /^lt-[0-9a-f]+$/],
  ['firewall', /^sgr?-[0-9a-f]+$/],
  ['subnet', /^subnet-[0-9a-f]+$/],
  ['vpc', /^vpc-[0-9a-f]+$/],
  ['account', /^\d{12}$/],
  ['arn', /^arn:/],
  ['address', /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?$|^[0-9a-f]*:[0-9a-f:]+(?:\/\d{1,3})?$/i],
  ['time', /^\d{4}-\d\d-\d\dT/],
  ['zone', /^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/],
  ['region', /^[a-z]{2}(?:-[a-z]+)+-\d$/],
]

/** What a value is called once its own is gone: `ami` of `ami-0ba5e…`. */
export function kindOf(value: string, member: string): string {
  const shape = shapes.find(([, pattern]) => pattern.test(value))?.[0]
  if (shape !== undefined) return shape
  const named = member.replace(/(Id|Name|Arn)s?$/, '').toLowerCase()
  return /^[a-z]{2,24}$/.test(named) ? named : 'text'
}

/** What tells two things of a kind apart, the likeliest first. */
export const identities = [
  'InstanceRefreshId',
  'CommandId',
  'ActivityId',
  'InstanceId',
  'ImageId',
  'SnapshotId',
  'VolumeId',
  'AlarmName',
  'LaunchTemplateId',
  'AutoScalingGroupName',
] as const
