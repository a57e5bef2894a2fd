// Bad weather for a bake: each release ends as failed, its ledger says why in a sentence, and nothing of it stays in the cloud.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type AwsCli, awsCli } from './aws-cli.ts'
import { openPlace, type Place, type Run } from './drover-run.ts'
import { type HostSettings, hostSettings } from './host-settings.ts'

const config = new URL('small-world/drover.yaml', import.meta.url).pathname
const home = 'eu-central-1'

describe('a bake in bad weather', { timeout: 240_000 }, () => {
  let before: HostSettings
  let place: Place
  let aws: AwsCli
  const startRelease = (family: string): Run => place.start('rehearse', family, '--keep', '--json', '--config', config)

  beforeAll(async () => {
    before = await hostSettings()
    place = await openPlace('weather')
    aws = awsCli(place)
    await place.run(0, 'cloud', 'up', '--config', config)
  }, 240_000)
  afterAll(async () => {
    const traces = place.traces
    await place.dispose()
    expect(await traces()).toEqual([])
    expect(await hostSettings()).toEqual(before)
  }, 120_000)

  /** Why the newest release of the family failed, as its bake and as the release put it. */
  async function causesOf(family: string): Promise<readonly (readonly [string, string])[]> {
    const records = (await place.ledger()).filter(({ release }) => release.startsWith(`${family}-`))
    const last = records.at(-1)?.release
    return records.flatMap(({ release, event }): [string, string][] =>
      release === last && 'cause' in event ? [[event.type, event.cause]] : [],
    )
  }

  async function expectFailure(family: string, run: Run, cause: string | RegExp): Promise<void> {
    const { exitCode, stdout, transcript } = await run.ended
    expect(exitCode, transcript).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed', images: [], ledger: { ok: true } })
    const said = expect.stringMatching(cause)
    expect(await causesOf(family), transcript).toEqual([
      ['bake.failed', said],
      ['release.failed', said],
    ])
  }

  async function expectNothingLeft(): Promise<void> {
    expect(await aws.temporary(home)).toEqual([])
    expect(await aws.kept(home)).toEqual([])
  }

  test.each([
    ['a provisioner that gives up', 'broken', /break\.sh ended with exit code 7: the licence server said no$/],
    ['a full disk', 'full-disk', /the disk of the build machine is full$/],
    ['a refused SSH key', 'stranger', /the build machine refused the temporary SSH key$/],
  ])('%s', async (_, family, cause) => {
    await expectFailure(family, startRelease(family), cause)
    await expectNothingLeft()
  })

  test('a network without the package mirror', async () => {
    await place.admin('set-egress', { mode: 'closed' })
    // Whatever it comes to, the next test finds the network open.
    onTestFinished(() => place.admin('set-egress', { mode: 'open' }).then(() => undefined))
    await expectFailure('broken', startRelease('broken'), /apt could not reach \S*deb\.debian\.org/)
    await expectNothingLeft()
  })

  test('subnets without a free address', async () => {
    const zones = ['a', 'b', 'c'].map((letter) => `${home}${letter}`)
    await place.admin('set-faults', { faults: zones.map((zone) => ({ kind: 'full-subnet', zone })) })
    await expectFailure('broken', startRelease('broken'), /the subnet subnet-\w+ has no free address for the build machine$/)
    await place.admin('set-faults', { faults: [] })
    await expectNothingLeft()
  })

  test('Ctrl-C: Packer takes down what it made, the machines are off, and the same command goes on', async () => {
    const interrupted = startRelease('broken')
    await interrupted.said(/Provisioning with shell script: 00-begin\.sh/)
    interrupted.signal('SIGINT')
    const { exitCode, transcript } = await interrupted.ended
    expect(exitCode, transcript).toBe(130)
    expect(await place.traces()).toEqual([])
    expect((await place.ledger()).at(-1)?.event.type).toBe('bake.intended')

    await expectFailure('broken', startRelease('broken'), /break\.sh ended with exit code 7/)
    const attempts = (await place.ledger()).filter(({ event }) => event.type === 'bake.intended').length
    const releases = new Set((await place.ledger()).map(({ release }) => release)).size
    expect(attempts).toBe(releases)
    await expectNothingLeft()
  })
})
