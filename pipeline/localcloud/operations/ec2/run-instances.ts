// RunInstances, idempotent by its client token.

import type { Reservation, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { canonicalJson, type Json } from '../../../kernel/index.ts'
import type { Instance } from '../../store/instance.ts'
import { ApiFault } from '../../wire/fault.ts'
import { type Call, operation } from '../operation.ts'
import { instanceView } from './instance-view.ts'
import { launch } from './launch.ts'
import { launchMembers, launchRequest } from './launch-request.ts'
import { doomed, hasItsKeys } from './volume-keys.ts'

export const runInstances = operation<RunInstancesRequest, Reservation>({
  handles: [...launchMembers, 'MaxCount', 'MinCount', 'SubnetId', 'ClientToken', 'LaunchTemplate'],
  run(call) {
    const { input, draft, place } = call
    const earlier = earlierLaunch(call)
    if (earlier.length > 0) return reservation(call, earlier)
    const count = { least: input.MinCount ?? 1, most: input.MaxCount ?? 1 }
    if (count.least < 1) throw invalidCount(count.least, 'minCount', 'at least 1')
    if (count.least > count.most) throw invalidCount(count.least, 'minCount', 'no greater than maxCount')
    const { MaxCount: _max, MinCount: _min, ...members } = input
    const { caller, network, now } = call
    const launched = launch(draft, place, launchRequest(draft, place, members), count, network, now)
    return reservation(
      call,
      launched.map((one) => (hasItsKeys(draft, place, one, caller) ? one : doomed(draft, place, one, now))),
    )
  },
})

function invalidCount(value: number, name: string, wanted: string): ApiFault {
  return new ApiFault('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid. It must be ${wanted}.`)
}

/** "If you repeat a request with the same client token, the result of the original is returned" [doc: Run_Instance_Idempotency]. */
function earlierLaunch({ input, draft, place }: Call<RunInstancesRequest>): readonly Instance[] {
  if (input.ClientToken === undefined) return []
  const earlier = draft.rows(place, 'instances').filter((instance) => instance.clientToken === input.ClientToken)
  const [first] = earlier
  if (first === undefined) return []
  const request = launchRequest(draft, place, input)
  const isSame =
    first.imageId === request.imageId &&
    first.instanceType === request.instanceType &&
    sameTags(first.tags, request.tags.instance)
  if (!isSame)
    throw new ApiFault(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    )
  return earlier
}

function sameTags(now: Json, asked: Readonly<Record<string, string>>): boolean {
  const tags = now as Readonly<Record<string, string>>
  return Object.entries(asked).every(([key, value]) => canonicalJson(tags[key] ?? null) === canonicalJson(value))
}

function reservation({ draft, place, account }: Call<RunInstancesRequest>, instances: readonly Instance[]): Reservation {
  return {
    ReservationId: instances[0]?.reservationId,
    OwnerId: account,
    Groups: [],
    Instances: instances.map((instance) => instanceView(draft, place, instance)),
  }
}
