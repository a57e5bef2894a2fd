// What telling people and calling webhooks takes: the topic, the sender's identity, and the parameters that hold the ways' secrets.

import type { Config, Family, Notification, SecretName } from '../config/index.ts'
import { type Ground, servicePrincipal } from './arns.ts'
import type { Draft } from './policy.ts'

/** For the role that sends: the images'. Empty where nobody is told by AWS, nor with a secret it keeps. */
export function messageDrafts({ notifications, families, images }: Config, home: Ground): readonly Draft[] {
  const topics = notifications.flatMap((one) => (one.kind === 'sns' ? [one.topic] : []))
  const senders = notifications.flatMap((one) => (one.kind === 'ses' ? [{ region: one.region, from: one.from }] : []))
  const named = [...notifications.flatMap(secretsOf), ...families.flatMap(hookSecrets)].filter(({ kind }) => kind === 'parameter')
  const parameters = [...new Set(named.map(({ name }) => name.replace(/^\//, '')))]
  const place = `${images.region}:${home.account}`
  return [
    { sid: 'Publish', actions: ['sns:Publish'], resources: topics },
    {
      sid: 'SendMail',
      actions: ['ses:SendEmail'],
      resources: senders.map(({ region }) => `arn:${home.partition}:ses:${region}:${home.account}:identity/*`),
      conditions: { StringEquals: { 'ses:FromAddress': senders.map(({ from }) => from) } },
    },
    {
      sid: 'ReadSecrets',
      actions: ['ssm:GetParameter'],
      resources: parameters.map((name) => `arn:${home.partition}:ssm:${place}:parameter/${name}`),
    },
    {
      sid: 'OpenSecrets',
      actions: ['kms:Decrypt'],
      resources: parameters.length === 0 ? [] : [`arn:${home.partition}:kms:${place}:key/*`],
      conditions: { StringEquals: { 'kms:ViaService': servicePrincipal(home, `ssm.${images.region}`) } },
    },
  ].filter(({ resources }) => resources.length > 0)
}

function secretsOf(one: Notification): readonly SecretName[] {
  switch (one.kind) {
    case 'slack':
      return [one.webhook]
    case 'webhook':
      return [one.secret, ...(typeof one.url === 'string' ? [] : [one.url])]
    case 'smtp':
      return one.login ? [one.login.password] : []
    case 'github':
      return [one.token]
    case 'ses':
    case 'sns':
      return []
  }
}

/** Of webhooks before and after rolls, whatever the lane. */
function hookSecrets({ policies }: Family): readonly SecretName[] {
  const stages = [...policies.weekly.stages, ...policies.emergency.stages]
  const hooks = stages.flatMap((stage) => [...(stage.hooks?.before ?? []), ...(stage.hooks?.after ?? [])])
  return hooks.flatMap((hook) =>
    hook.kind === 'webhook' ? [hook.secret, ...(typeof hook.url === 'string' ? [] : [hook.url])] : [],
  )
}
