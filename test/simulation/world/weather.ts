// What the cloud does of itself in a plan: capacity runs out, quotas bind, machines end or fall ill, alarms ring.

import type { AdminInput } from '../../../pipeline/localcloud/index.ts'
import { minuteMs } from '../../support/factories.ts'
import type { VirtualClock } from '../../support/virtual-clock.ts'
import type { Plan, Weather } from '../plan/plan.ts'
import type { Company } from './company.ts'

type CloudFault = AdminInput<'set-faults'>['faults'][number]

/** Ends when the last of it is over. */
export async function letWeatherCome(
  { weather, calmAfterMs }: Plan,
  company: Company,
  clock: VirtualClock,
  note: (line: string) => void,
): Promise<void> {
  const beginsAt = clock.now()
  let faults: readonly CloudFault[] = []
  const set = async (next: readonly CloudFault[]) => {
    faults = next
    await clock.hold(() => company.local.admin.call('set-faults', { faults: [...next] }))
  }
  await Promise.all(
    weather.map(async (one) => {
      await clock.idleUntil(beginsAt + Math.min(one.fromMs, calmAfterMs))
      const untilMs = Math.min(one.untilMs, calmAfterMs)
      note(`weather: ${describe(one)}`)
      if (one.kind === 'alarm') return company.ringAlarm(one.name, Math.ceil(Math.max(0, untilMs - one.fromMs) / minuteMs))
      const fault = faultOf(one)
      await set([...faults, fault])
      await clock.idleUntil(beginsAt + untilMs)
      note(`weather over: ${describe(one)}`)
      await set(faults.filter((other) => other !== fault))
    }),
  )
}

function faultOf(weather: Exclude<Weather, { kind: 'alarm' }>): CloudFault {
  switch (weather.kind) {
    case 'no-capacity':
      return { kind: 'insufficient-capacity', zone: weather.zone }
    case 'vcpu-quota':
      return { kind: 'vcpu-quota', account: weather.account, limit: weather.limit }
    case 'machines':
      return { kind: 'machine', target: weather.group, how: weather.how, afterMs: 30_000, times: weather.times }
  }
}

function describe({ fromMs: _from, untilMs: _until, ...what }: Weather): string {
  return Object.values(what).join(' ')
}
