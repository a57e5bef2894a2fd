// The end of a bake of EKS's image, in a root whose own programs answer as Amazon Linux 2023's do: it leaves nothing, and says what is left.

import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readOwnFilesScript } from '../../hardening/index.ts'
import { planBake } from '../../pipeline/bake/plan.ts'
import { workFolderAt, writePlan } from '../../pipeline/bake/work-folder.ts'
import type { Agent } from '../../pipeline/config/index.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { hygieneProbes } from '../../pipeline/verify/probes.ts'
import { aBakeRequest } from '../bake/a-bake-request.ts'
import { aFamily } from '../support/config.ts'
import { type ImageRoot, imageRoot } from './image-root.ts'

const packer = new URL('../../packer', import.meta.url).pathname

// Made here, so that no scanner finds one in this file.
const rsa = (word: 'BEGIN' | 'END') => `-----${word} RSA PRIVATE ${'KEY'}-----`
const privateKey = `    ${rsa('BEGIN')}\n    MIICiTCCEXAMPLE6m7oRw0uXOjANBgkqhkiG9w0BAQUFADCBiDELMAkGA1UEBhMC\n    ${rsa('END')}\n`
const accessKey = `${'AKIA'}IOSFODNN7EXAMPLE`
const awsCli = '/usr/local/aws-cli/v2/2.31.22/dist/awscli'

/** Of 22.2.2 (cloudinit/cmd/main.py, clean.py): argparse ends with 2 at what it doesn't know. */
const cloudInit = `[ "$1" = clean ] || exit 1
shift
logs=no
for word in "$@"; do
  case $word in
    -h | --help) echo 'usage: /usr/bin/cloud-init clean [-h] [-l] [-r] [-s]'; exit 0 ;;
    -l | --logs) logs=yes ;;
    -s | --seed) ;;
    *) echo "/usr/bin/cloud-init: error: unrecognized arguments: $*" >&2; exit 2 ;;
  esac
done
[ "$logs" = no ] || rm -f /var/log/cloud-init.log /var/log/cloud-init-output.log
rm -rf /var/lib/cloud/*`

/** Units that run lie in /run/units, those that failed in /run/failed. auditd ends a moment after its signal, with a last record. */
const systemctl = `words=
for word in "$@"; do case $word in -*) ;; *) words="$words $word" ;; esac; done
set -- $words
verb=$1
shift
case $verb in
  stop)
    for unit in "$@"; do
      case $unit in
        auditd.service)
          echo "Failed to stop auditd.service: Operation refused, unit auditd.service may be requested by dependency only (it is configured to refuse manual start/stop)." >&2
          exit 4 ;;
        *) rm -f "/run/units/$unit" ;;
      esac
    done ;;
  kill)
    [ -e "/run/units/$1" ] && [ ! -e /run/deaf ] || exit 0
    (sleep 0.3; echo 'type=DAEMON_END res=success' >> /var/log/audit/audit.log; rm -f "/run/units/$1") & ;;
  is-active) [ -e "/run/units/$1" ] || exit 3 ;;
  is-enabled) ;;
  list-units) cat /run/failed ;;
  *) exit 1 ;;
esac`

let root: ImageRoot
beforeEach(async () => {
  root = await imageRoot()
  const played = {
    auditctl: 'exit 0',
    'cloud-init': cloudInit,
    dnf: 'exit 0',
    journalctl: 'exit 0',
    'ssh-keygen': 'exit 0',
    sshd: 'exit 0',
    systemctl,
    visudo: 'exit 0',
  }
  for (const [name, body] of Object.entries(played)) await root.play(name, body)
  const image = {
    '/etc/drover/enrolments.json': '{ "enrolments": [] }',
    '/etc/drover-release.json': '{ "release": "r", "family": "nodes", "builtAt": "2026-11-28" }',
    '/etc/hosts': '127.0.0.1 localhost\n',
    '/etc/machine-id': 'ec2f1d0a\n',
    '/etc/shadow': 'root:*LOCK*:14600::::::\nec2-user:!!:20000:0:99999:7:::\n',
    '/etc/ssh/ssh_host_ed25519_key': privateKey,
    '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication yes\n',
    '/etc/systemd/network/10-cloud-init-ens5.network': '[Network]\n',
    '/home/ec2-user/.bash_history': 'ls\n',
    '/home/ec2-user/.ssh/authorized_keys': 'ssh-ed25519 AAAA packer\n',
    '/run/failed': 'nodeadm-config.service loaded failed failed EKS Nodeadm Config\n',
    '/run/units/auditd.service': '',
    '/run/units/rsyslog.service': '',
    '/var/lib/cloud/instance/user-data.txt': '',
    '/var/log/audit/audit.log': 'type=DAEMON_START\n',
    '/var/log/cloud-init.log': 'booted\n',
    '/var/log/messages': 'booted\n',
    [`${awsCli}/examples/iot/create-keys-and-certificate.rst`]: privateKey,
    [`${awsCli}/examples/sts/get-session-token.rst`]: `"AccessKeyId": "${accessKey}"\n`,
    [`${awsCli}/botocore/data/iam/2010-05-08/examples-1.json`]: `{ "AccessKeyId": "${accessKey}" }\n`,
  }
  for (const [path, text] of Object.entries(image)) await root.put(path, text)
})
afterEach(() => root.close())

const agents = ['auditd', 'rsyslog'].map((name): Agent => {
  const services = [{ unit: `${name}.service`, expect: 'active' as const }]
  return { name, purpose: 'log-shipper', packages: [], files: [], services, probes: [], enrolments: [] }
})
const nodes = aFamily({
  kind: 'eks-node',
  agents,
  node: { kubernetes: '1.33', upgradeComponents: false, supportNoticeMs: 0, afterSupport: 'warn' },
})

/** The bundle of a bake of that family, the two scripts beside it, each by a sudo that auditd records where it runs. */
async function end(family = nodes, between: () => Promise<void> = async () => {}) {
  const hardening = { packages: [], removedPackages: [], files: [], steps: [], results: [] }
  const request = aBakeRequest({ family, hardening, folders: { packer, work: `${root.path}/run/work` } })
  const work = workFolderAt(request.folders.work)
  await writePlan(planBake(request), work, { exec: createExec(), files: createFiles() })
  await mkdir(`${root.path}/var/lib/drover-bake`)
  await execa('tar', ['-xzf', `${work.path}/bundle.tar.gz`, '-C', `${root.path}/var/lib/drover-bake`])
  const cleaned = await provision('90-cleanup.sh')
  if (cleaned.exitCode !== 0) return cleaned
  await between()
  return await provision('95-validate.sh')
}

async function provision(name: string) {
  await copyFile(`${packer}/common/provisioners/${name}`, `${root.path}/tmp/script_1.sh`)
  const audited = (await root.read('/run/units/auditd.service')) === undefined ? '' : 'type=USER_CMD\n'
  await root.put('/var/log/audit/audit.log', `${(await root.read('/var/log/audit/audit.log')) ?? ''}${audited}`)
  return await root.run('/tmp/script_1.sh')
}

describe('nothing is left', () => {
  test('of the build machine, by tools that know less than Debian’s', async () => {
    expect(await end()).toEqual({ exitCode: 0, all: '' })
    expect(await root.files('/var/log')).toEqual([])
    expect(await root.files('/etc/ssh')).toEqual([])
    expect(await root.files('/etc/systemd/network')).toEqual([])
    expect(await root.files('/var/lib')).toEqual([])
    expect(await root.read('/etc/machine-id')).toBe('')
    // EKS's image has none, and gets none.
    expect(await root.read('/etc/hostname')).toBeUndefined()
  })

  test('of its name, where it has one', async () => {
    await root.put('/etc/hostname', 'ip-10-0-0-4\n')
    await root.put('/etc/hosts', '127.0.0.1 localhost\n10.0.0.4 ip-10-0-0-4.eu-central-1.compute.internal ip-10-0-0-4\n')
    expect(await end()).toEqual({ exitCode: 0, all: '' })
    expect(await root.read('/etc/hostname')).toBe('localhost\n')
    expect(await root.read('/etc/hosts')).toBe('127.0.0.1 localhost\n')
  })

  test('of what agents are given at first boot, and a package brought an example of', async () => {
    const enrolments = [{ file: '/var/ossec/etc/ossec.conf' }, { file: '/etc/agent/not there yet' }]
    await root.put('/etc/drover/enrolments.json', JSON.stringify({ enrolments }))
    await root.put('/var/ossec/etc/ossec.conf', '<ossec_config><client><address>MANAGER_IP</address></client></ossec_config>\n')
    await root.put('/var/ossec/etc/local_internal_options.conf', '# the package’s own\n')
    expect(await end()).toEqual({ exitCode: 0, all: '' })
    expect(await root.files('/var/ossec')).toEqual(['/var/ossec/etc/local_internal_options.conf'])
  })

  test('by cloud-init itself where it can take its configuration away', async () => {
    await root.play('cloud-init', `echo "$*" >> /run/asked\ncase $* in *--help*) echo '--configs {all} ...' ;; esac`)
    expect((await end()).exitCode).toBe(0)
    expect(await root.read('/run/asked')).toBe('clean --help\nclean --logs --configs all\n')
  })
})

describe('the bake fails, and says why, when', () => {
  const refusal = (what: string) => `drover: the image is not clean: ${what}\ndrover: 1 findings, named above`

  test('auditd runs on, and writes down who looks', async () => {
    await root.put('/run/deaf', '')
    await root.play('sleep', 'exit 0')
    expect(await end()).toEqual({ exitCode: 1, all: expect.stringMatching(refusal('logs: \\S*/var/log/audit/audit.log ')) })
  })

  test('an agent is given its settings before the first boot', async () => {
    await root.put('/etc/drover/enrolments.json', '{ "enrolments": [{ "file": "/etc/agent/token" }] }')
    const given = () => root.put('/etc/agent/token', 'of the build machine\n')
    expect(await end(nodes, given)).toEqual({ exitCode: 1, all: refusal('/etc/agent/token is there') })
  })

  test('another unit failed than those that need user data', async () => {
    const failed = 'nodeadm-config.service loaded failed failed EKS\nsshd.service loaded failed failed OpenSSH\n'
    await root.put('/run/failed', failed)
    expect(await end()).toEqual({ exitCode: 1, all: refusal('failed units on the build machine: sshd.service ') })
  })

  test('a machine that is no node of EKS has such a unit', async () => {
    await root.play('apt-get', 'exit 0')
    expect(await end(aFamily())).toEqual({
      exitCode: 1,
      all: refusal('failed units on the build machine: nodeadm-config.service '),
    })
  })

  test.each([
    ['a private key is beside the manual of the AWS CLI', `${awsCli}/key.pem`, privateKey, 'private keys'],
    ['a private key lies elsewhere', '/usr/local/etc/key.pem', privateKey, 'private keys'],
    ['an access key lies in an agent’s folder of examples', '/opt/agent/examples/c.json', accessKey, 'AWS access keys'],
  ])('%s', async (_, path, text, what) => {
    await root.put(path, text)
    expect(await end()).toEqual({ exitCode: 1, all: refusal(`${what}: ${path} `) })
  })
})

describe('of the AWS CLI’s manual', () => {
  const probe = hygieneProbes(nodes, 'ssh-ed25519 AAAA').find(({ name }) => name === 'no private key but the machine’s own')
  test('the same folders are passed over by all that search, and no other of the AWS CLI’s', async () => {
    const validation = await readFile(`${packer}/common/provisioners/95-validate.sh`, 'utf8')
    const searches = [validation, probe?.script ?? '', await readOwnFilesScript(createFiles(), 'dnf')]
    const folders = searches.map((text) => [...text.matchAll(/-path '([^']*aws-cli[^']*)'/g)].map(([, path]) => path))
    expect(folders).toEqual(
      new Array(3).fill(['examples', 'botocore/data'].map((name) => `/usr/local/aws-cli/*/dist/awscli/${name}`)),
    )
  })

  const ask = async () => {
    await root.play('sudo', 'shift; exec "$@"')
    return await root.run('-s', probe?.script ?? 'exit 9')
  }

  test('a fresh machine may hold the examples, and nothing beside them', async () => {
    expect(await ask()).toEqual({ exitCode: 0, all: 'asked' })
    await root.put(`${awsCli}/key.pem`, privateKey)
    expect(await ask()).toEqual({ exitCode: 1, all: expect.stringMatching(`^${awsCli}/key.pem`) })
  })

  test('the search for credentials is given nothing, and everything beside it', async () => {
    await root.put(`${awsCli}/data/cli.json`, '{}\n')
    await root.play('rpm', '[ "$1" != --query ] || find /usr/bin /usr/lib /usr/lib64 -type f')
    const packed = await root.run('-s', `set -- /tmp/files.tar\n${await readOwnFilesScript(createFiles(), 'dnf')}`)
    expect(packed).toMatchObject({ exitCode: 0 })
    const { stdout } = await execa('tar', ['-tf', `${root.path}/tmp/files.tar`])
    expect(stdout.split('\n').filter((line) => line.startsWith('usr/local'))).toEqual([`${awsCli.slice(1)}/data/cli.json`])
  })
})
