// The main job, whole: the example configuration from base to production on this machine, looked at through the AWS CLI and SSH.

import { readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report, Score } from '../../hardening/index.ts'
import { type AwsCli, awsCli } from './aws-cli.ts'
import { openPlace, type Place } from './drover-run.ts'
import { fewestInService } from './fewest-in-service.ts'
import { type HostSettings, hostSettings } from './host-settings.ts'
import { logIn } from './log-in.ts'

const config = new URL('../../docs/examples/acme/drover.yaml', import.meta.url).pathname
const home = 'eu-central-1'
const recovery = 'eu-west-1'

/** As docs/examples/acme/local-cloud.yaml has them before the release. */
const groups = [
  { stage: 'dev', region: home, name: 'web', desired: 1 },
  { stage: 'staging', region: home, name: 'web', desired: 1 },
  { stage: 'prod', region: recovery, name: 'web-canary', desired: 1 },
  { stage: 'prod', region: recovery, name: 'web', desired: 2 },
  { stage: 'prod', region: home, name: 'web', desired: 3 },
]

/** Not auditd: in a container there is nothing it could attach to, and its unit says so by a condition. */
const services = [
  'aidecheck.timer',
  'collectd.service',
  'debsecan-report.timer',
  'nginx.service',
  'prometheus-node-exporter.service',
  'rsyslog.service',
  'sssd.service',
]

interface Summary {
  readonly release: string
  readonly outcome: string
  readonly images: readonly { readonly region: string; readonly imageId: string }[]
  readonly score: Readonly<Record<'beforeHardening' | 'afterHardening' | 'freshMachine', Score>>
  readonly ledger: { readonly ok: boolean; readonly records: number }
  readonly report: string
}

describe('the weekly release of the example', { timeout: 120_000 }, () => {
  let before: HostSettings
  let place: Place
  let aws: AwsCli
  let summary: Summary
  const imageIn = (region: string) => summary.images.find((image) => image.region === region)?.imageId
  const ask = (...words: string[]) => place.run(0, ...words, '--rehearsal', '--json', '--config', config)

  beforeAll(async () => {
    before = await hostSettings()
    place = await openPlace('rehearsal')
    aws = awsCli(place)
  })
  afterAll(async () => {
    const { traces } = place
    await place.dispose()
    expect(await traces()).toEqual([])
    expect(await hostSettings()).toEqual(before)
  }, 180_000)

  test('reaches production, and no group ever has fewer machines in service than it should', async () => {
    const run = place.start('rehearse', '--keep', '--json', '--config', config)
    await run.said(/✔ the world before the first release/)
    const fewest = await fewestInService(place, run.ended)
    const { exitCode, stdout, transcript } = await run.ended
    expect(exitCode, transcript).toBe(0)
    summary = JSON.parse(stdout)
    expect(summary).toMatchObject({
      outcome: 'done',
      images: [{ region: home }, { region: recovery }],
      ledger: { ok: true },
      report: expect.stringContaining(place.workspace),
    })
    expect([...fewest.values()]).toEqual(groups.map(() => 0))
  }, 900_000)

  test('hardening raised the score, and fresh machines of the image, one with a kernel of its own, meet at least 98 %', async () => {
    const { beforeHardening, afterHardening, freshMachine } = summary.score
    expect(beforeHardening.percent).toBeLessThan(afterHardening.percent)
    expect(freshMachine.percent).toBeGreaterThanOrEqual(98)
    expect(freshMachine.applicable).toBeGreaterThan(350)
    const report = JSON.parse(await readFile(summary.report.replace(/html$/, 'json'), 'utf8')) as Report
    const booted = report.rules.filter(({ judgedOn }) => judgedOn === 'real boot')
    expect(report.rules.filter(({ status }) => status === 'not-judged')).toEqual([])
    expect(booted.filter(({ status }) => status !== 'passed' && status !== 'not-applicable')).toEqual([])
    const names = booted.filter(({ status }) => status === 'passed').map(({ name }) => name)
    // The kernel, a mount, the boot loader, the clock.
    const kinds = ['sysctl_kernel_kptr_restrict', 'mount_option_tmp_noexec', 'grub2_enable_apparmor', 'ntp_single_service_active']
    expect(names).toEqual(expect.arrayContaining(kinds))
    expect(report.realBoot).toMatchObject({ rules: booted.length, facts: { method: 'plain', environment: 'virtual-machine' } })
  })

  test.each(groups)('$stage $region/$name: all in service on the image, from a numbered template version', async (wanted) => {
    const { stage, region, name, desired } = wanted
    const group = await aws.group(stage, region, name)
    const members = group.Instances ?? []
    expect(group.DesiredCapacity).toBe(desired)
    expect(members.map(({ LifecycleState, HealthStatus }) => `${LifecycleState} ${HealthStatus}`)).toEqual(
      Array.from({ length: desired }, () => 'InService Healthy'),
    )
    expect(group.LaunchTemplate?.Version).toMatch(/^[2-9]$/)
    expect(members.map(({ LaunchTemplate }) => LaunchTemplate)).toEqual(members.map(() => group.LaunchTemplate))
    const machines = await machinesOf(wanted)
    expect(machines.map(({ ImageId, State }) => [ImageId, State?.Name])).toEqual(machines.map(() => [imageIn(region), 'running']))
    expect(await aws.refreshes(stage, region, name)).toMatchObject([{ Status: 'Successful', PercentageComplete: 100 }])
  })

  test('is one image: the copy names its source, and nothing else was made', async () => {
    expect(await aws.images(home)).toMatchObject([{ ImageId: imageIn(home), ImdsSupport: 'v2.0' }])
    expect(await aws.images(recovery)).toMatchObject([
      {
        ImageId: imageIn(recovery),
        SourceImageId: imageIn(home),
        Tags: expect.arrayContaining([{ Key: 'drover:source-image', Value: imageIn(home) }]),
      },
    ])
    expect(await aws.temporary(home)).toEqual([])
    expect(await aws.temporary(recovery)).toEqual([])
  })

  test('a production machine says which release it is, its agents are active and no unit has failed', async () => {
    const [machine] = await machinesOf({ stage: 'prod', region: home, name: 'web' })
    const inside = (command: string) => logIn(place, machine?.PrivateIpAddress ?? '', command)
    expect(JSON.parse(await inside('cat /etc/drover-release.json'))).toMatchObject({ release: summary.release, family: 'web' })
    expect(await inside(`systemctl is-active ${services.join(' ')}`)).toBe(services.map(() => 'active').join('\n'))
    expect(await inside('systemctl is-system-running --wait')).toBe('running')
    expect(await inside('systemctl list-units --failed --no-legend')).toBe('')
    expect(await inside('sudo -n id -u')).toBe('0')
  })

  test('nobody reads the backup of the password file, however often accounts change', async () => {
    const [machine] = await machinesOf({ stage: 'prod', region: home, name: 'web' })
    const inside = (command: string) => logIn(place, machine?.PrivateIpAddress ?? '', command)
    await inside('for i in $(seq 15); do sudo chage -M $((365 - i % 2)) games; sleep 0.15; done')
    const state = 'systemctl show --property=ActiveState,Result drover-shadow-backup.path; sudo stat -c %a /etc/shadow-'
    await expect.poll(() => inside(state), { timeout: 20_000 }).toBe('Result=success\nActiveState=active\n0')
  })

  test('one of its images is scanned on a machine of its own, which is gone afterwards', async () => {
    const image = imageIn(home) ?? ''
    const { exitCode, stdout, transcript } = await place.start('scan', image, '--rehearsal', '--config', config, '--json').ended
    expect(exitCode, transcript).toBe(0)
    const { report } = JSON.parse(stdout) as { readonly report: Report }
    expect(report.subject.release).toBe(image)
    expect(report.scans).toMatchObject([{ name: 'fresh machine', facts: { method: 'plain', environment: 'container' } }])
    expect(await aws.temporary(home)).toEqual([])
  }, 240_000)

  test('status and report say so', async () => {
    const status = JSON.parse((await ask('status')).stdout)
    expect(status.releases).toMatchObject([{ release: summary.release, lane: 'weekly', state: 'finished' }])
    expect(status.groups).toHaveLength(groups.length)
    const report = JSON.parse((await ask('report')).stdout)
    expect(report).toMatchObject({ release: summary.release, html: summary.report, verdict: 'pass', evidenceIsGenuine: true })
    expect(await readFile(report.html, 'utf8')).toContain(summary.release)
  })

  test('the bake knows which packages came as security updates, each at the version that is installed', async () => {
    const listed = async (path: string) => {
      const text = await readFile(`${dirname(summary.report)}/${path}`, 'utf8')
      return text.split('\n').map((line) => line.split(/\s/).slice(0, 2).join(' '))
    }
    const secured = await listed('bake/x86_64/packages/security.txt')
    expect(secured.length).toBeGreaterThan(1)
    expect(await listed('bake/x86_64/packages.tsv')).toEqual(expect.arrayContaining(secured))
  })

  test('the report answers about one control, in every format, and on the site', async () => {
    const { rules, unread } = JSON.parse((await ask('report', '--control', 'sshd_disable_root_login')).stdout)
    expect(unread).toEqual([])
    expect(rules).toMatchObject([{ status: 'passed', history: [{ release: summary.release, status: 'passed' }] }])
    expect(rules[0].found.join('\n')).toMatch(/sshd_config.*PermitRootLogin no/i)
    for (const format of ['html', 'json', 'sarif', 'junit', 'csv', 'markdown']) {
      const out = `${place.workspace}/report.${format}`
      await ask('report', '--format', format, '--out', out)
      expect(await readFile(out, 'utf8')).toContain(summary.release)
    }
    const site = JSON.parse((await ask('site', '--out', `${place.workspace}/site`)).stdout)
    expect(site).toMatchObject({ releases: 1, unread: [] })
    expect(await readFile(site.index, 'utf8')).toContain(`${summary.release}: passes the gate, in production`)
    expect(await readFile(`${place.workspace}/site/web-x86_64/control/sshd_disable_root_login.html`, 'utf8')).toContain(
      'PermitRootLogin',
    )
  })

  test('every package of the image is accounted for', async () => {
    const { inventory } = JSON.parse((await ask('report', '--format', 'json')).stdout)
    expect(inventory.packages.length).toBeGreaterThan(200)
    expect(inventory.packages.filter((one: { tracedTo?: string }) => one.tracedTo === undefined)).toEqual([])
  })

  test('the ledger is whole, and one changed word breaks it', async () => {
    expect(JSON.parse((await ask('ledger', 'verify')).stdout)).toMatchObject({ ok: true, records: summary.ledger.records })
    const file = `${place.workspace}/ledger/000000003.json`
    const record = await readFile(file, 'utf8')
    await writeFile(file, record.replace('ami-', 'ami-0'))
    const refused = await place.run(3, 'ledger', 'verify', '--rehearsal', '--json', '--config', config)
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, records: 2 })
    await writeFile(file, record)
  })

  async function machinesOf({ stage, region, name }: Pick<(typeof groups)[number], 'stage' | 'region' | 'name'>) {
    const { Instances = [] } = await aws.group(stage, region, name)
    const ids = Instances.map(({ InstanceId }) => InstanceId ?? '')
    return aws.instances(stage, region, ids)
  }
})
