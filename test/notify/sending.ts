// What a test of senders starts from: a message, and senders over this machine's real ports.

import { createSecrets, createSenders } from '../../pipeline/notify/index.ts'
import type { Sender, SenderPorts } from '../../pipeline/notify/sender.ts'
import type { Cloud, Message } from '../../pipeline/ports/index.ts'
import { createHttpClient, createMailer } from '../../pipeline/system/index.ts'
import { scriptedCloud } from '../support/scripted-cloud.ts'

export const images = { account: '111111111111', region: 'eu-central-1' }

export const never = new AbortController().signal

/** Words that would do something in Slack, Markdown or HTML. */
export const hostile =
  '<!channel> <@U012AB3CD> @octocat #1 <https://evil.example|click> [here](https://evil.example) ``` ```` <script> & *bold* -->'

export function aMessage(over: Partial<Message> = {}): Message {
  return {
    level: 'failure',
    id: 'hash-3',
    headline: 'The bake of web-2026.47.1 failed',
    meaning: `There is no image. Cause: ${hostile}`,
    action: 'Read the end of the log, mend it, then drover release web',
    evidence: ['record 3 of the ledger s3://acme-drover-ledger/ledger', '.drover/evidence/web-2026.47.1'],
    release: 'web-2026.47.1',
    family: 'web',
    stage: undefined,
    group: undefined,
    key: 'web',
    at: '2026-11-22T06:02:00.000Z',
    ...over,
  }
}

export interface SendingWorld {
  readonly environment?: Readonly<Record<string, string>>
  readonly cloud?: Cloud
  readonly over?: Partial<SenderPorts>
}

export function senderOf(
  notification: Parameters<typeof createSenders>[0][number],
  { environment = {}, cloud = scriptedCloud(() => ({})), over = {} }: SendingWorld = {},
): Sender {
  const [sender] = createSenders([notification], {
    http: createHttpClient(),
    mailer: createMailer(),
    cloud,
    images,
    secrets: createSecrets({ environment, at: cloud.at(images) }),
    organisation: 'acme',
    wallNow: () => Date.UTC(2026, 10, 22, 6, 3),
    ...over,
  })
  return sender as Sender
}
