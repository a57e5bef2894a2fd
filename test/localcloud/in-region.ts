// Asks a simulated cloud as the home account in another region.

import { answerTo } from './ask-in-process.ts'
import type { SimulatedCloud } from './simulated-cloud.ts'
import { send } from './wire/sdk-client.ts'

export function inRegion({ cloud }: SimulatedCloud, region: string): SimulatedCloud['ask'] {
  return (service, action, input = {}) =>
    send(service, action, input, answerTo(cloud), { credentials: cloud.credentials, region })
}
