import { describe, expect, test } from 'vitest'
import type {
  AlarmState,
  CloudAt,
  CommandInvocation,
  GroupState,
  HttpAnswer,
  MachineInstance,
} from '../../pipeline/ports/index.ts'
import { createTests } from '../../pipeline/promote/index.ts'
import type { DriftAsker } from '../../pipeline/promote/test-run.ts'
import type { Release, SoakPolicy } from '../../pipeline/release/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import { aSoakPolicy, aStage, aTarget, httpTest, machineTest, minuteMs } from '../support/factories.ts'
import { noCluster } from '../support/no-cluster.ts'
import { aRequest } from '../support/performer-request.ts'
import { refusedBy, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'

const waves = [{ name: 'all', groups: [aTarget('eu-west-1/web'), aTarget('eu-central-1/web')] }]
const addresses: Readonly<Record<string, string>> = { 'eu-west-1': '10.1.0.4', 'eu-central-1': '10.2.0.4' }
const machineIn = (region: string) => `i-${region}`

interface Scene {
  readonly verbs?: (region: string) => Partial<CloudAt>
  readonly get?: (url: string) => HttpAnswer
  readonly drift?: DriftAsker
  readonly when?: 'start' | 'during' | 'end'
  /** When the soak's first round ended well, as far as the alarms go. */
  readonly okAt?: number
}

const cannotAsk: DriftAsker = async () => ({ ok: false, message: 'no scanner here' })

/** Runs a round on a stage of two regions with one machine in service in each. */
async function round(soak: Partial<SoakPolicy>, { verbs, get, drift = cannotAsk, when = 'end', okAt }: Scene = {}) {
  const cloud = scriptedCloud(({ region }) => ({
    describeGroups: async () => succeeded([groupOf(region)]),
    describeInstances: async ({ ids }) => succeeded((ids ?? []).map((id) => instanceOf(id, region))),
    ...verbs?.(region),
  }))
  const plain = aRequest<'test'>({ kind: 'test', stage: aStage('prod', { waves, soak: aSoakPolicy(soak) }), round: when })
  const release = okAt === undefined ? plain.release : { ...plain.release, soaks: [begunWell(okAt)] }
  const request = { ...plain, release }
  const probe = { get: async (url: string) => get?.(url) ?? { ok: true as const, status: 200 } }
  const begunAt = request.clock.now()
  const events = await createTests({ cloud, exec: createExec(), probe, drift, ...noCluster })(request)
  const results = events.map((event) => (event.type === 'test.finished' ? [event.test, event.ok, event.detail] : event))
  return { results, events, tookMs: request.clock.now() - begunAt }
}

/** The skipped hours of a rehearsal lie between its two clocks. */
function begunWell(okAt: number): Release['soaks'][number] {
  const at = okAt + 24 * 60 * minuteMs
  const first = { round: 'start', test: 'alarms', ok: true, detail: '', at } as const
  const startedAt = { at: at - minuteMs, wallAt: okAt - minuteMs, runner: 'ada@example' }
  return { stage: 'prod', startedAt, until: at, tests: [first], exposure: [], finishedAt: undefined }
}

function groupOf(region: string): GroupState {
  const instance = { zone: `${region}a`, healthy: true, protectedFromScaleIn: false, weight: 1 }
  return {
    name: 'web',
    minSize: 1,
    maxSize: 2,
    desiredCapacity: 1,
    zones: [`${region}a`],
    subnetIds: [],
    healthCheckType: 'EC2',
    trafficSources: 0,
    suspendedProcesses: [],
    launchSource: { kind: 'none' },
    instances: [
      { ...instance, id: machineIn(region), lifecycle: 'InService' },
      { ...instance, id: `i-leaving-${region}`, lifecycle: 'Terminating' },
    ],
    tags: {},
  }
}

function instanceOf(id: string, region: string): MachineInstance {
  return {
    id,
    imageId: 'ami-1',
    state: 'running',
    privateAddress: addresses[region] as string,
    launchedAt: '2026-11-22T06:00:00.000Z',
    tags: {},
  }
}

describe('http', () => {
  test('asks every machine in service, in every region', async () => {
    const urls: string[] = []
    const get = (url: string): HttpAnswer => {
      urls.push(url)
      return { ok: true, status: 200 }
    }
    const { results } = await round({ tests: [httpTest] }, { get })
    expect(results).toEqual([['home page', true, '']])
    expect(urls).toEqual(['http://10.1.0.4:80/', 'http://10.2.0.4:80/'])
  })

  test('forgives a lost answer, but not a third', async () => {
    const answers = (failures: number) => {
      let left = failures
      return (): HttpAnswer => (left-- > 0 ? { ok: false, message: 'no answer within 5000 ms' } : { ok: true, status: 200 })
    }
    expect((await round({ tests: [httpTest] }, { get: answers(2) })).results).toEqual([['home page', true, '']])
    expect((await round({ tests: [httpTest] }, { get: answers(3) })).results).toEqual([
      ['home page', false, 'http://10.1.0.4:80/ of i-eu-west-1 in eu-west-1: no answer within 5000 ms'],
    ])
  })

  test('wants the status it expects', async () => {
    const { results } = await round({ tests: [httpTest] }, { get: () => ({ ok: true, status: 503 }) })
    expect(results).toEqual([
      ['home page', false, 'http://10.1.0.4:80/ of i-eu-west-1 in eu-west-1: answered 503 instead of 200'],
    ])
  })
})

describe('machine', () => {
  const invocation = (instanceId: string, over: Partial<CommandInvocation> = {}): CommandInvocation => ({
    instanceId,
    status: 'Success',
    exitCode: 0,
    stdout: '',
    stderr: '',
    ...over,
  })
  const ssm =
    (last: Partial<CommandInvocation>) =>
    (region: string): Partial<CloudAt> => {
      let polls = 0
      return {
        sendCommand: async ({ instanceIds, script }) => {
          expect(instanceIds).toEqual([machineIn(region)])
          expect(script).toBe(machineTest.script)
          return succeeded({ commandId: 'c-1' })
        },
        commandInvocations: async () => {
          polls++
          if (polls === 1) return succeeded([])
          if (polls === 2) return succeeded([invocation(machineIn(region), { status: 'InProgress', exitCode: undefined })])
          return succeeded([invocation(machineIn(region), last)])
        },
      }
    }

  test('passes when the script exits 0 on every machine', async () => {
    const { results } = await round({ tests: [machineTest] }, { verbs: ssm({}) })
    expect(results).toEqual([['no failed units', true, '']])
  })

  test('fails with the machine and the last line it wrote', async () => {
    const failed = { status: 'Failed', exitCode: 1, stdout: 'degraded\n' } as const
    const { results } = await round({ tests: [machineTest] }, { verbs: ssm(failed) })
    expect(results).toEqual([['no failed units', false, 'i-eu-west-1: exit 1: degraded (eu-west-1)']])
  })

  test('of a long answer that SSM has cut, says so instead of quoting the mark', async () => {
    const failed = { status: 'Failed', exitCode: 1, stdout: 'first\nsecond\n---Output truncated---' } as const
    const { results } = await round({ tests: [machineTest] }, { verbs: ssm(failed) })
    const detail = 'i-eu-west-1: exit 1: second … (SSM has cut the rest of what it printed) (eu-west-1)'
    expect(results).toEqual([['no failed units', false, detail]])
  })

  test('fails when a machine never answers', async () => {
    const { results, tookMs } = await round(
      { tests: [machineTest] },
      {
        verbs: () => ({
          sendCommand: async () => succeeded({ commandId: 'c-1' }),
          commandInvocations: async () => succeeded([]),
        }),
      },
    )
    expect(results).toEqual([['no failed units', false, 'i-eu-west-1 did not end "no failed units" within 1m (eu-west-1)']])
    expect(tookMs).toBe(2 * minuteMs)
  })
})

describe('program', () => {
  const program = (script: string) =>
    ({ kind: 'program', name: 'load', argv: ['sh', '-c', script], timeoutMs: minuteMs }) as const

  test('finds out from its environment what to test', async () => {
    const wanted = 'web-2026.47.1 web prod end i-eu-west-1 i-eu-central-1 10.1.0.4 10.2.0.4'
    const said = '"$DROVER_RELEASE $DROVER_FAMILY $DROVER_STAGE $DROVER_ROUND $DROVER_INSTANCES $DROVER_ADDRESSES"'
    const { results } = await round({ tests: [program(`test ${said} = "${wanted}"`)] })
    expect(results).toEqual([['load', true, '']])
  })

  test('fails with what it said last', async () => {
    const { results } = await round({ tests: [program('echo too slow >&2; exit 3')] })
    expect(results).toEqual([['load', false, expect.stringContaining('too slow')]])
  })
})

describe('alarms that are OK', () => {
  const okAt = Date.UTC(2026, 10, 22, 6)
  const ringing =
    (...rings: readonly number[]) =>
    (): Partial<CloudAt> => ({
      alarms: async () => succeeded([{ name: 'web-5xx', state: 'OK', reason: '' }]),
      alarmRings: async (_, since) => succeeded(rings.filter((at) => at >= since).map((at) => new Date(at).toISOString())),
    })

  test('and rang between two rounds fail the soak', async () => {
    const { results } = await round({ alarms: ['web-5xx'] }, { verbs: ringing(okAt + minuteMs), okAt })
    const detail =
      'the alarm web-5xx is OK again, and was in ALARM at 2026-11-22T06:01:00.000Z: a soak wants quiet all through (eu-west-1)'
    expect(results).toEqual([['alarms', false, detail]])
  })

  test('and rang before the first round ended do not, nor in that round', async () => {
    const before = await round({ alarms: ['web-5xx'] }, { verbs: ringing(okAt - minuteMs), okAt })
    expect(before.results).toEqual([['alarms', true, '']])
    const first = await round({ alarms: ['web-5xx'] }, { verbs: ringing(okAt), when: 'start' })
    expect(first.results).toEqual([['alarms', true, '']])
  })
})

describe('alarms', () => {
  const alarm = (state: AlarmState['state']): AlarmState => ({ name: 'web-5xx', state, reason: 'threshold crossed' })
  const alarms = (answers: readonly AlarmState['state'][]) => (): Partial<CloudAt> => {
    let next = 0
    return { alarms: async () => succeeded([alarm(answers[Math.min(next++, answers.length - 1)] as AlarmState['state'])]) }
  }

  test('that are OK everywhere pass', async () => {
    const { results } = await round({ alarms: ['web-5xx'] }, { verbs: alarms(['OK']) })
    expect(results).toEqual([['alarms', true, '']])
  })

  test('in ALARM fail at once', async () => {
    const { results, tookMs } = await round({ alarms: ['web-5xx'] }, { verbs: alarms(['ALARM']) })
    expect(results).toEqual([['alarms', false, 'the alarm web-5xx is ALARM: threshold crossed (eu-west-1)']])
    expect(tookMs).toBe(0)
  })

  test('without data are given time, and fail when none comes', async () => {
    const soon = await round({ alarms: ['web-5xx'] }, { verbs: alarms(['INSUFFICIENT_DATA', 'OK']) })
    expect(soon.results).toEqual([['alarms', true, '']])
    const never = await round({ alarms: ['web-5xx'] }, { verbs: alarms(['INSUFFICIENT_DATA']) })
    expect(never.results).toEqual([
      ['alarms', false, 'the alarm web-5xx is INSUFFICIENT_DATA: threshold crossed after 5m (eu-west-1)'],
    ])
  })

  test('that are missing fail', async () => {
    const { results } = await round({ alarms: ['web-5xx'] }, { verbs: () => ({ alarms: async () => succeeded([]) }) })
    expect(results).toEqual([['alarms', false, 'there is no alarm web-5xx (eu-west-1)']])
  })
})

test('AWS not answering for some minutes does not fail a test, not answering at all does', async () => {
  const unavailable = refusedBy('unavailable', 'DescribeAutoScalingGroups: no answer')
  const down = (answersFrom: number) => {
    let asked = 0
    return (region: string) => ({
      describeGroups: async () => (++asked < answersFrom ? unavailable : succeeded([groupOf(region)])),
    })
  }
  const minutes = await round({ tests: [httpTest] }, { verbs: down(10) })
  expect(minutes.results).toEqual([['home page', true, '']])
  const forGood = await round({ tests: [httpTest] }, { verbs: down(Number.POSITIVE_INFINITY) })
  expect(forGood.results).toEqual([['home page', false, 'DescribeAutoScalingGroups: no answer']])
  expect(forGood.tookMs).toBe(10 * minuteMs)
})

describe('what cannot be tested has not passed', () => {
  test('a stage without machines', async () => {
    const nobody = () => ({ describeGroups: async () => succeeded([]) })
    const { results } = await round({ tests: [httpTest], alarms: ['web-5xx'] }, { verbs: nobody })
    const detail = 'prod has no machine in service to test'
    expect(results).toEqual([
      ['home page', false, detail],
      ['alarms', false, detail],
    ])
  })

  test('a stage that cannot be looked at', async () => {
    const denied = () => ({ describeGroups: async () => refusedBy('denied', 'DescribeAutoScalingGroups: not allowed') })
    const { results } = await round({ tests: [httpTest] }, { verbs: denied })
    expect(results).toEqual([['home page', false, 'DescribeAutoScalingGroups: not allowed']])
  })
})

describe('drift', () => {
  const driftTest = { kind: 'drift', name: 'still hardened', allow: ['clock'], timeoutMs: 5 * minuteMs } as const

  /** Machines that take every script and print what the test says to the last one; which scripts each was given. */
  function machines(printed: (region: string) => string, fault: Partial<CommandInvocation> = {}) {
    const given: string[] = []
    const verbs = (region: string): Partial<CloudAt> => ({
      sendCommand: async ({ instanceIds, script }) => {
        given.push(`${instanceIds.join()} ${script}`)
        return succeeded({ commandId: region })
      },
      commandInvocations: async () =>
        succeeded([
          { instanceId: machineIn(region), status: 'Success', exitCode: 0, stdout: printed(region), stderr: '', ...fault },
        ]),
    })
    return { given, verbs }
  }

  const asking: DriftAsker = async () => ({
    ok: true,
    value: {
      scripts: ['one', 'two'],
      judge: (printed) => (printed === '' ? { ok: false, message: 'no result' } : { ok: true, value: printed.split(' ') }),
    },
  })

  test('one machine a region is given every script in order; a rule that is allowed to drift is recorded, and passes', async () => {
    const { given, verbs } = machines(() => 'clock')
    const { events } = await round({ tests: [driftTest] }, { verbs, drift: asking })
    const drift = ['eu-west-1', 'eu-central-1'].map((region) => ({
      region,
      group: 'web',
      machine: machineIn(region),
      rules: ['clock'],
    }))
    expect(events).toMatchObject([{ type: 'test.finished', ok: true, detail: '', drift }])
    expect(given).toEqual(['i-eu-west-1 one', 'i-eu-west-1 two', 'i-eu-central-1 one', 'i-eu-central-1 two'])
  })

  test('a rule that is no longer met fails it, with the machine and the rule', async () => {
    const { verbs } = machines((region) => (region === 'eu-central-1' ? 'banner clock' : 'clock'))
    const { results } = await round({ tests: [driftTest] }, { verbs, drift: asking })
    const detail = 'i-eu-central-1 in eu-central-1 no longer meets banner, which its image met when it was verified'
    expect(results).toEqual([['still hardened', false, detail]])
  })

  test('a machine that cannot be asked, or answers something else, has not passed', async () => {
    const none = await round({ tests: [driftTest] }, { ...machines(() => 'clock') })
    expect(none.results).toEqual([['still hardened', false, 'no scanner here']])
    const empty = await round({ tests: [driftTest] }, { ...machines(() => ''), drift: asking })
    expect(empty.results).toEqual([['still hardened', false, 'i-eu-west-1: no result (eu-west-1)']])
    const broken = machines(() => 'clock', { status: 'Failed', exitCode: 1, stderr: 'no oscap\n' })
    const failed = await round({ tests: [driftTest] }, { ...broken, drift: asking })
    expect(failed.results).toEqual([['still hardened', false, 'i-eu-west-1: exit 1: no oscap (eu-west-1)']])
  })

  test('before the end nothing is asked', async () => {
    const { given, verbs } = machines(() => 'banner')
    const { results } = await round({ tests: [driftTest] }, { verbs, drift: asking, when: 'start' })
    expect(results).toEqual([['still hardened', true, 'asked when the soak ends']])
    expect(given).toEqual([])
  })
})
