// What each action of Service Quotas is about. [doc: list_servicequotas]

import { type About, onNothing } from './need.ts'

export const servicequotas = { GetServiceQuota: onNothing } satisfies Readonly<Record<string, About>>
