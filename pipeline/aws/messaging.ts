// Messages to people: a topic of SNS, an e-mail by SES.

import { SendEmailCommand } from '@aws-sdk/client-sesv2'
import { PublishCommand } from '@aws-sdk/client-sns'
import type { CloudAt } from '../ports/index.ts'
import { outcomeOf } from './answer.ts'
import type { Caller } from './caller.ts'

type MessagingVerbs = Pick<CloudAt, 'publish' | 'sendEmail'>

// Neither takes a client token: what may have arrived is not sent again.
export function messagingVerbs(call: Caller): MessagingVerbs {
  return {
    publish: (request) => outcomeOf(() => publish(call, request)),
    sendEmail: (request) => outcomeOf(() => sendEmail(call, request)),
  }
}

async function publish(call: Caller, { topic, subject, text, attributes }: Parameters<CloudAt['publish']>[0]): Promise<void> {
  const command = new PublishCommand({
    TopicArn: topic,
    Subject: subjectOf(subject),
    Message: text,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    ),
  })
  await call(`Publish ${topic}`, ({ sns }) => sns.send(command), 'unsafe')
}

/**
 * Fewer than 100 characters of ASCII, none of them a control character, the first a letter, a number or a punctuation mark
 * [doc: API_Publish].
 */
function subjectOf(subject: string): string {
  const plain = subject
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
  return plain.length < 100 ? plain : `${plain.slice(0, 96)}...`
}

async function sendEmail(call: Caller, { from, to, subject, text }: Parameters<CloudAt['sendEmail']>[0]): Promise<void> {
  const inUtf8 = (Data: string) => ({ Data, Charset: 'UTF-8' })
  const command = new SendEmailCommand({
    FromEmailAddress: from,
    Destination: { ToAddresses: [...to] },
    Content: { Simple: { Subject: inUtf8(subject), Body: { Text: inUtf8(text) } } },
  })
  await call(`SendEmail to ${to.join(', ')}`, ({ ses }) => ses.send(command), 'unsafe')
}
