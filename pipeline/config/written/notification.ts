// How people are told, as it is written. Secrets are named here, never written.

import { isMap } from 'yaml'
import { isPrivateAddress } from '../../kernel/index.ts'
import type { SecretName } from '../resolved-notification.ts'
import { mapping, optional, required, withDefault } from '../yaml/mapping.ts'
import { list, mapped, oneOrMore, placed, type Reader, scalarOr } from '../yaml/reader.ts'
import { report } from '../yaml/reading.ts'
import { choice, refined, shaped, text, wholeNumber } from '../yaml/scalars.ts'
import { variant } from '../yaml/variant.ts'
import { hostName, region } from './names.ts'

export const howToName = 'Name where it is: { environment: SLACK_WEBHOOK } or { parameter: /drover/slack-webhook }.'

const named = variant('a secret', {
  environment: unseen('the name of a variable', /^[A-Z_][A-Z0-9_]{0,127}$/),
  parameter: unseen('the name of a parameter', /^\/?[\w.-]+(\/[\w.-]+)*$/),
})

/** What stands where a secret should be named may be the secret: no message repeats it. */
export const secretName: Reader<SecretName> = {
  standIn: () => ({ kind: 'environment', name: '' }),
  read: (at) => {
    if (isMap(at.node)) {
      const found = named.read(at)
      return found === undefined ? secretName.standIn(at) : { kind: found.kind, name: found.value }
    }
    report(at, 'config-wrong-type', 'a secret is named here, never written', howToName)
    return secretName.standIn(at)
  },
}

function unseen(what: string, shape: RegExp): Reader<string> {
  return {
    standIn: () => '',
    read: (at) => {
      const value = text(what).read(at)
      if (value === '' || shape.test(value)) return value
      report(at, 'config-wrong-value', `this is not ${what}`, howToName)
      return ''
    },
  }
}

/** Whoever listens on the way could read it, or send people elsewhere. */
const httpsAddress = refined(text('an address'), (value) => {
  if (!URL.canParse(value)) return [`"${value}" is not an address`, 'Write it like https://hooks.example.com/drover.']
  const { username, password } = new URL(value)
  if (username !== '' || password !== '') return ['the address has a user or password in it', howToName]
  if (isPrivateAddress(value)) return undefined
  return [`"${value}" is not an https address`, 'Only a server on this machine is spoken to without TLS.']
})

const written: Reader<string | SecretName> = mapped(httpsAddress, (value): string | SecretName => value)
export const address = scalarOr(
  written,
  mapped(secretName, (value): string | SecretName => value),
)

const mailbox = shaped('an e-mail address', /^[^\s@<>,;:"\\]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'images@acme.example')
const recipients = oneOrMore('`to`', mailbox)

const tell = withDefault(choice('what to tell', ['action', 'everything']), 'action')

const slack = mapping('`slack`', { webhook: required(secretName, howToName), tell })

const webhook = mapping('`webhook`', {
  url: required(address, 'Write an https address, or name where it is.'),
  secret: required(secretName, `The receiver knows by it that a message is drover's. ${howToName}`),
  tell,
})

const smtp = mapping('`smtp`', {
  host: required(placed(hostName)),
  port: withDefault(wholeNumber(1, 65_535), 587),
  security: optional(placed(choice('a way to secure mail', ['starttls', 'tls', 'none']))),
  user: optional(placed(text())),
  password: optional(placed(secretName)),
  from: required(mailbox),
  to: required(recipients),
  tell,
})

const ses = mapping('`ses`', { from: required(mailbox), to: required(recipients), region: optional(placed(region)), tell })

const topic = refined(text('the ARN of a topic'), (value) => {
  if (value.endsWith('.fifo')) return [`"${value}" is a FIFO topic`, 'Name a standard topic: people subscribe to no other.']
  if (/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(value)) return undefined
  return [`"${value}" is not the ARN of a topic`, 'Write it like arn:aws:sns:eu-central-1:111111111111:drover.']
})

const sns = mapping('`sns`', { topic: required(placed(topic)), tell })

const github = mapping('`github`', {
  repository: required(shaped('a repository', /^[\w.-]+\/[\w.-]+$/, 'acme/images')),
  token: required(secretName, howToName),
  api: withDefault(httpsAddress, 'https://api.github.com'),
  label: withDefault(shaped('a label', /^[^,\s](?:[^,]{0,48}[^,\s])?$/, 'drover'), 'drover'),
  tell,
})

const notification = variant('a notification', { slack, webhook, smtp, ses, sns, github })

export const notifications = list('`notifications`', notification)

export type WrittenNotification = NonNullable<ReturnType<typeof notification.read>>
