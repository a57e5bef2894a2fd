// What each action of Systems Manager and CloudWatch is about. [doc: list_awssystemsmanager, list_amazoncloudwatch]

import { isPublicName } from '../operations/ssm/find-parameter.ts'
import { ec2Arn } from './ec2-resources.ts'
import {
  type About,
  type Asked,
  all,
  on,
  onNothing,
  type Resource,
  requestTagFacts,
  tagFacts,
  tagsIn,
  textIn,
  textsIn,
} from './need.ts'

/** Written as a name, with a version, or as an ARN; a leading slash is not in the ARN twice. */
export function parameter(asked: Asked, written: string): Resource {
  const { account, region, draft, place } = asked
  const name = written.replace(/^arn:aws:ssm:[^:]+:\d{0,12}:parameter/, '').replace(/:[^:]*$/, '')
  const bare = name.replace(/^\//, '')
  const row = draft.get(place, 'parameters', name) ?? draft.get(place, 'parameters', bare)
  const owner = isPublicName(name) ? '' : account
  const arn = `arn:aws:ssm:${region}:${owner}:parameter/${bare}`
  return { type: 'parameter', arn, facts: tagFacts(row?.tags ?? {}, 'aws:ResourceTag', 'ssm:resourceTag') }
}

const oneParameter = on((asked) => [parameter(asked, textIn(asked, 'Name') ?? '')])
const parameters = on((asked) => textsIn(asked, 'Names').map((name) => parameter(asked, name)))
const parameterPath = on((asked) => [parameter(asked, textIn(asked, 'Path') ?? '/')])

const newParameter = on((asked) => {
  const resource = parameter(asked, textIn(asked, 'Name') ?? '')
  const overwrites = { 'ssm:Overwrite': String(asked.input.Overwrite === true) }
  return [{ ...resource, facts: { ...resource.facts, ...overwrites, ...requestTagFacts(tagsIn(asked)) } }]
})

/** Documents of AWS have no account in their ARN, and no tags. */
const document = on((asked) => {
  const name = textIn(asked, 'DocumentName') ?? '*'
  const owner = name.startsWith('AWS-') ? '' : asked.account
  return [{ type: 'document', arn: `arn:aws:ssm:${asked.region}:${owner}:document/${name}`, facts: {} }]
})

const targets = on((asked) =>
  textsIn(asked, 'InstanceIds').map((id) => {
    const tags = asked.draft.get(asked.place, 'instances', id)?.tags ?? {}
    const facts = tagFacts(tags, 'aws:ResourceTag', 'ssm:resourceTag')
    return { type: 'instance', arn: ec2Arn(asked, 'instance', id), facts }
  }),
)

/** "When a user specifies the name of a session document", both are checked [doc: getting-started-specify-session-document]. */
const sessionTarget = on((asked) => {
  const id = textIn(asked, 'Target') ?? '*'
  const tags = asked.draft.get(asked.place, 'instances', id)?.tags ?? {}
  return [{ type: 'instance', arn: ec2Arn(asked, 'instance', id), facts: tagFacts(tags, 'aws:ResourceTag', 'ssm:resourceTag') }]
})

const machineSession = on((asked) => {
  const id = textIn(asked, 'SessionId') ?? '*'
  const row = asked.draft.get(asked.place, 'machineSessions', id)
  const prefix = 'ssm:resourceTag/aws:ssmmessages'
  const facts = { [`${prefix}:session-id`]: row?.userId, [`${prefix}:target-id`]: row?.target }
  return [{ type: 'session', arn: `arn:aws:ssm:${asked.region}:${asked.account}:session/${id}`, facts }]
})

export const ssm = {
  CancelCommand: onNothing,
  DeleteParameter: oneParameter,
  DeleteParameters: parameters,
  DescribeInstanceInformation: onNothing,
  DescribeSessions: onNothing,
  GetCommandInvocation: onNothing,
  GetParameter: oneParameter,
  GetParameters: parameters,
  GetParametersByPath: parameterPath,
  ListCommandInvocations: onNothing,
  ListCommands: onNothing,
  PutParameter: newParameter,
  ResumeSession: machineSession,
  SendCommand: all(document, targets),
  StartSession: all(document, sessionTarget),
  TerminateSession: machineSession,
} satisfies Readonly<Record<string, About>>

function alarm({ account, region }: Asked, name: string): Resource {
  return { type: 'alarm', arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`, facts: {} }
}

const oneAlarm = on((asked) => [alarm(asked, textIn(asked, 'AlarmName') ?? '*')])

const newAlarm = on((asked) => {
  const resource = alarm(asked, textIn(asked, 'AlarmName') ?? '*')
  return [{ ...resource, facts: { 'cloudwatch:AlarmActions': textsIn(asked, 'AlarmActions') } }]
})

/** Without names it is about all of them. */
const alarms = on((asked) => {
  const names = textsIn(asked, 'AlarmNames')
  return (names.length > 0 ? names : ['*']).map((name) => alarm(asked, name))
})

const namespace = on((asked) => [{ type: '*', arn: '*', facts: { 'cloudwatch:namespace': textIn(asked, 'Namespace') } }])

export const monitoring = {
  DeleteAlarms: alarms,
  DescribeAlarmHistory: oneAlarm,
  DescribeAlarms: alarms,
  GetMetricData: onNothing,
  GetMetricStatistics: onNothing,
  ListMetrics: onNothing,
  PutMetricAlarm: newAlarm,
  PutMetricData: namespace,
  SetAlarmState: oneAlarm,
} satisfies Readonly<Record<string, About>>
