// Killed runners and a killed cloud: the same command again finishes the release; nothing is baked or rolled twice.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventOf } from '../../pipeline/release/event.ts'
import type { LedgerEvent } from '../../pipeline/release/index.ts'
import { type AwsCli, awsCli } from './aws-cli.ts'
import { openPlace, type Place, type Run } from './drover-run.ts'
import { type HostSettings, hostSettings } from './host-settings.ts'
import { logIn } from './log-in.ts'

const config = new URL('small-world/drover.yaml', import.meta.url).pathname
const home = 'eu-central-1'
const groups = [
  ['dev', 'steady'],
  ['prod', 'steady-canary'],
  ['prod', 'steady'],
] as const

describe('an emergency release whose runner is killed again and again', { timeout: 300_000 }, () => {
  let before: HostSettings
  let place: Place
  let aws: AwsCli
  const reason = 'a drill: the runner dies'
  const startRelease = (): Run =>
    place.start(
      'rehearse',
      'steady',
      '--emergency',
      '--reason',
      reason,
      '--fixes',
      'base-files>=13',
      '--keep',
      '--config',
      config,
    )

  beforeAll(async () => {
    before = await hostSettings()
    place = await openPlace('crash')
    aws = awsCli(place)
  })
  afterAll(async () => {
    const { traces } = place
    await place.dispose()
    expect(await traces()).toEqual([])
    expect(await hostSettings()).toEqual(before)
  }, 120_000)

  /** Kills the runner once the line was said, and waits for it to be gone. */
  async function killAt(line: RegExp): Promise<void> {
    const run = startRelease()
    await run.said(line)
    run.signal('SIGKILL')
    expect((await run.ended).signal).toBe('SIGKILL')
  }

  test('while Packer bakes: Packer outlives it', async () => {
    await killAt(/Provisioning with shell script: 10-packages\.sh/)
    expect(await place.packers()).toHaveLength(1)
  })

  test('while fresh machines are examined: by then the next runner has followed that Packer to its end', async () => {
    await killAt(/judged machine i-\w+ launched/)
    expect(await place.packers()).toEqual([])
    expect(typesOf(await place.ledger(), 'bake')).toEqual(['bake.intended', 'bake.finished'])
    expect(await aws.temporary(home)).not.toEqual([])
  })

  test('while a production group is rolled', async () => {
    const run = startRelease()
    await run.said(/roll eu-central-1\/steady-canary in prod/)
    await expect.poll(() => aws.refreshes('prod', home, 'steady-canary'), { timeout: 60_000 }).toHaveLength(1)
    run.signal('SIGKILL')
    expect((await run.ended).signal).toBe('SIGKILL')
  })

  test('and the cloud with it: up again, machines boot from the same disks at the same addresses', async () => {
    const machinesOf = async (stage: string) => {
      const { Instances = [] } = await aws.group(stage, home, 'steady')
      return aws.instances(
        stage,
        home,
        Instances.map(({ InstanceId }) => InstanceId ?? ''),
      )
    }
    const look = async () =>
      (await Promise.all([machinesOf('dev'), machinesOf('prod')])).flatMap((machines) =>
        machines.map(({ InstanceId, PrivateIpAddress, State }) => ({ InstanceId, PrivateIpAddress, state: State?.Name })),
      )
    const inside = async (command: string) =>
      Promise.all((await look()).map(({ PrivateIpAddress }) => logIn(place, PrivateIpAddress ?? '', command)))

    const machines = await look()
    const bootedAt = 'sudo test -f /root/kept && systemctl show --property UserspaceTimestamp --value'
    const boots = await inside(`sudo touch /root/kept && ${bootedAt}`)
    await place.killCloud()
    await place.run(0, 'cloud', 'up', '--config', config)
    expect(await look()).toEqual(machines)
    const later = async () => (await inside(bootedAt)).filter((time) => !boots.includes(time))
    await expect.poll(() => later().catch(String), { timeout: 60_000 }).toHaveLength(2)
  })

  test('the same command once more finishes it', async () => {
    const { exitCode, stdout, transcript } = await startRelease().ended
    expect(exitCode, transcript).toBe(0)
    expect(stdout).toContain(`(emergency: ${reason})`)
    expect(stdout).toMatch(/^in production \S+ \(really \S+\) after it was opened$/m)
    expect(stdout).toMatch(/^ledger {4}\d+ records, unbroken/m)
  })

  test('what it was to fix is proven on the image, by the machine itself', async () => {
    const [verified] = eventsOf(await place.ledger(), 'verify.finished')
    expect(verified?.fixes).toEqual([
      {
        architecture: 'x86_64',
        fix: 'base-files>=13',
        proven: true,
        evidence: expect.stringMatching(/^base-files 13\S* is installed\.$/),
      },
    ])
  })

  test('and it ended when no machine of its groups ran another image', async () => {
    expect(eventsOf(await place.ledger(), 'fleet.checked').at(-1)).toMatchObject({ exposed: [], unasked: [] })
  })

  test('one image, baked once, and each group rolled to it once', async () => {
    const records = await place.ledger()
    expect(new Set(records.map(({ release }) => release)).size).toBe(1)
    expect(typesOf(records, 'bake')).toEqual(['bake.intended', 'bake.finished'])
    const images = await aws.images(home)
    expect(images).toHaveLength(1)
    for (const [stage, name] of groups) {
      const rolled = eventsOf(records, 'roll.started').filter(({ group }) => group.stage === stage && group.group === name)
      const group = await aws.group(stage, home, name)
      const refreshes = await aws.refreshes(stage, home, name)
      expect(rolled).toHaveLength(1)
      expect(refreshes.map(({ InstanceRefreshId, Status }) => [InstanceRefreshId, Status])).toEqual([
        [rolled[0]?.refreshId, 'Successful'],
      ])
      const machines = await aws.instances(
        stage,
        home,
        (group.Instances ?? []).map(({ InstanceId }) => InstanceId ?? ''),
      )
      expect(machines.map(({ ImageId, State }) => [ImageId, State?.Name])).toEqual([[images[0]?.ImageId, 'running']])
    }
  })

  test('nothing temporary is left, and the ledger is whole', async () => {
    expect(await aws.temporary(home)).toEqual([])
    await place.run(0, 'ledger', 'verify', '--rehearsal', '--config', config)
  })
})

function typesOf(records: readonly LedgerEvent[], step: string): readonly string[] {
  return records.map(({ event }) => event.type).filter((type) => type.startsWith(`${step}.`))
}

function eventsOf<Type extends LedgerEvent['event']['type']>(
  records: readonly LedgerEvent[],
  type: Type,
): readonly EventOf<Type>[] {
  return records.flatMap(({ event }) => (event.type === type ? [event as EventOf<Type>] : []))
}
