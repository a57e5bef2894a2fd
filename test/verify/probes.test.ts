// The probes: scripts that any shell reads, that take a hostile name for a name, and that never pass for want of an answer.

import { execa } from 'execa'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Agent } from '../../pipeline/config/index.ts'
import type { CommandOutcome } from '../../pipeline/ports/index.ts'
import { identityProbes } from '../../pipeline/verify/identity.ts'
import { agentProbes, hygieneProbes, judgeProbe, kernelProbes, machineProbes, type Probe } from '../../pipeline/verify/probes.ts'
import { quoted } from '../../pipeline/verify/shell.ts'
import { aFamily } from '../support/config.ts'
import { type ShellRoom, shellRoom } from './shell-room.ts'

const hostile = `a b'; touch /tmp/drover-was-here; echo "$HOME\`id\``
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO06jg0n62 drover-verify'

function anAgent(over: Partial<Agent> = {}): Agent {
  return {
    name: 'shipper',
    purpose: 'log-shipper',
    packages: [],
    files: [],
    services: [],
    probes: [],
    enrolments: [],
    ...over,
  }
}

const enrolment = { parameter: '/acme/token', mode: '0640', owner: 'root:root', template: '{value}\n', restart: [] }
const hostileAgent = anAgent({
  services: (['active', 'enabled', 'inactive'] as const).map((expect) => ({ unit: hostile, expect })),
  probes: [
    { command: `test "it's" = "it's"`, timeoutMs: 1_000 },
    { command: 'cat <<END\nDROVER_PROBE\nEND', timeoutMs: 1_000 },
  ],
  enrolments: [{ ...enrolment, file: `/etc/${hostile}` }],
  identity: `printf '%s' "o'clock"`,
})

let room: ShellRoom | undefined
afterEach(async () => {
  await room?.close()
  room = undefined
})

async function answer(probe: Probe | undefined, programs: Readonly<Record<string, string>>) {
  room = await shellRoom(programs)
  return room.run(probe?.script ?? 'exit 99')
}

const named = (probes: readonly Probe[], name: string) => probes.find((probe) => probe.name === name)
const hygiene = (name: string) => named(hygieneProbes(aFamily(), key), name)

describe('every script', () => {
  const all = [
    ...machineProbes(aFamily(), 'web-2026.47.1'),
    ...agentProbes(hostileAgent),
    ...hygieneProbes(aFamily(), key),
    ...identityProbes([hostileAgent]),
  ]

  test.each(all.map((probe) => [probe.name, probe]))('%s is a shell script', async (_, probe) => {
    const { exitCode, stderr } = await execa('sh', ['-n'], { input: probe.script, reject: false })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test('has its time and a name of its own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    for (const { timeoutMs } of all) expect(timeoutMs).toBeGreaterThanOrEqual(1_000)
  })
})

describe('quoting', () => {
  test('whatever the text, a shell reads it as that one word', async () => {
    const texts = fc.array(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      { minLength: 1, maxLength: 20 },
    )
    await fc.assert(
      fc.asyncProperty(texts, async (words) => {
        const { stdout } = await execa('sh', ['-s'], { input: `printf '%s\\0' ${words.map(quoted).join(' ')}\n` })
        expect(stdout.split('\0').slice(0, -1)).toEqual(words)
      }),
      { numRuns: 25 },
    )
  })

  test.each(['active', 'enabled', 'inactive'] as const)(
    'systemctl is asked for a unit as it is written (%s)',
    async (expected) => {
      const [probe] = agentProbes(anAgent({ services: [{ unit: hostile, expect: expected }] }))
      const { stdout } = await answer(probe, { systemctl: 'printf "<%s>" "$@"' })
      expect(stdout).toContain(`<${hostile}>`)
    },
  )

  test('an agent’s own commands run as root’s shell reads them, none reading on into the next', async () => {
    const [, , , first, second] = agentProbes(hostileAgent)
    expect((await answer(first, {})).exitCode).toBe(0)
    expect((await room?.run(second?.script ?? ''))?.stdout).toBe('DROVER_PROBE')
    const greedy = agentProbes(anAgent({ probes: [{ command: 'cat', timeoutMs: 1_000 }] }))[0]?.script
    expect((await room?.run(`${greedy}echo still here`))?.stdout).toBe('still here')
  })

  test('an agent’s identity is what its command prints', async () => {
    expect((await answer(identityProbes([hostileAgent]).at(-1), {})).stdout).toBe("o'clock")
  })
})

describe('a service', () => {
  const probe = (expected: 'active' | 'enabled' | 'inactive') =>
    agentProbes(anAgent({ services: [{ unit: 'shipper.service', expect: expected }] }))[0]

  test('that is active passes', async () => expect((await answer(probe('active'), { systemctl: 'exit 0' })).exitCode).toBe(0))

  test('that has failed is not waited for, and its last words are told', async () => {
    const systemctl = 'case $1 in is-active) exit 3 ;; is-failed) exit 0 ;; status) echo one; echo "core dumped" ;; esac'
    expect(await answer(probe('active'), { systemctl })).toEqual({ exitCode: 1, stdout: '', stderr: 'one\ncore dumped' })
  })

  test('that must not run, and runs, is caught', async () => {
    expect((await answer(probe('inactive'), { systemctl: 'exit 0' })).exitCode).toBe(1)
  })
})

describe('an enrolment', () => {
  const probe = (file: string) => agentProbes(anAgent({ enrolments: [{ ...enrolment, file }] }))[0]
  const written = (mode: string, text: string) => `umask 0; f=$(mktemp); printf '${text}' > $f; chmod ${mode} $f; echo $f`

  test.each([
    ['as declared', '0640', 'secret', 0],
    ['with another mode', '0644', 'secret', 1],
    ['empty', '0640', '', 1],
  ])('%s', async (_, mode, text, exitCode) => {
    const { stdout: file } = await execa('sh', ['-c', written(mode, text)])
    expect((await answer(probe(file), {})).exitCode).toBe(exitCode)
    await execa('rm', [file])
  })
})

describe('what the bake must not leave', () => {
  const noRoot = { sudo: 'echo "sudo: a password is required" >&2; exit 1' }

  test.each(['no authorised key but ours', 'no shell history', 'password login is off', 'no pending security updates'])(
    '%s: without root there is no answer, and none is not a yes',
    async (name) => expect((await answer(hygiene(name), noRoot)).exitCode).not.toBe(0),
  )

  test.each([
    ['our key alone', key, 0],
    ['our key in root’s file, with cloud-init’s options', `no-pty,command="echo no" ${key}\n\n${key}`, 0],
    ['no key at all', '', 0],
    ['a stranger’s beside ours', `${key}\nssh-rsa AAAAB3Nza packer`, 1],
  ])('authorised keys: %s', async (_, keys, exitCode) => {
    const outcome = await answer(hygiene('no authorised key but ours'), { sudo: `cat <<'KEYS'\n${keys}\nKEYS` })
    expect(outcome.exitCode).toBe(exitCode)
    if (exitCode === 1) expect(outcome.stderr).toBe('ssh-rsa AAAAB3Nza packer')
  })

  test('a key without material is our own mistake', () => {
    expect(() => hygieneProbes(aFamily(), 'ssh-ed25519')).toThrow('a public key is its type and its material')
  })

  test.each([
    ['none', '', 0],
    ['root’s', '/root/.bash_history', 1],
  ])('shell history: %s', async (_, found, exitCode) => {
    expect((await answer(hygiene('no shell history'), { find: `echo '${found}'` })).exitCode).toBe(exitCode)
  })

  const inst = 'Inst openssl [3.5.0] (3.5.1 Debian-Security:13/stable-security [amd64])'
  test.each([
    ['nothing is out', 'case "$*" in *dist-upgrade*) echo "Inst less [1] (2 Debian:13/stable [amd64])" ;; esac', 0],
    ['one is out', `case "$*" in *dist-upgrade*) echo "${inst}" ;; esac`, 1],
    ['the lists could not be read', 'case "$*" in *update*) exit 100 ;; esac', 1],
    ['the upgrade could not be worked out', 'case "$*" in *dist-upgrade*) exit 100 ;; esac', 1],
  ])('security updates: %s', async (_, apt, exitCode) => {
    expect((await answer(hygiene('no pending security updates'), { 'apt-get': apt })).exitCode).toBe(exitCode)
  })

  test.each([
    ['keys only', 'permitrootlogin no\npasswordauthentication no', true],
    ['passwords', 'permitrootlogin no\npasswordauthentication yes', false],
    ['root', 'permitrootlogin prohibit-password\npasswordauthentication no', false],
  ])('sshd that takes %s', async (_, settings, passes) => {
    const { exitCode } = await answer(hygiene('password login is off'), { sshd: `printf '${settings}\\n'` })
    expect(exitCode === 0).toBe(passes)
  })
})

describe('the machine', () => {
  const machine = (name: string) => named(machineProbes(aFamily(), 'web-2026.47.1'), name)

  test.each([
    ['running', 'running', '', 0],
    ['degraded, with the failed units named', 'degraded', 'aide.service\nssh.service', 1],
  ])('systemd: %s', async (_, state, units, exitCode) => {
    const systemctl = `case $1 in is-system-running) echo ${state} ;; list-units) printf '${units}' ;; esac`
    const outcome = await answer(machine('no failed units'), { systemctl })
    expect(outcome.exitCode).toBe(exitCode)
    if (exitCode === 1) expect(outcome.stderr.trim()).toBe('degraded: aide.service ssh.service')
  })

  test.each([
    ['status: done', 0],
    ['status: error', 1],
    ['status: done with errors', 1],
  ])('cloud-init: %s', async (status, exitCode) => {
    expect((await answer(machine('cloud-init is done'), { 'cloud-init': `echo '${status}'` })).exitCode).toBe(exitCode)
  })
})

describe('an answer judged', () => {
  const probe: Probe = { name: 'sudo works', script: 'sudo -n true\n', timeoutMs: 1_000, failure: 'no sudo' }
  const outcome = (over: Partial<CommandOutcome>): CommandOutcome => ({
    ok: false,
    exitCode: 1,
    signalName: undefined,
    stdout: '',
    stderr: '',
    timedOut: false,
    cancelled: false,
    durationMs: 1,
    message: 'ssh exited with 1',
    ...over,
  })

  test.each([
    ['yes', { ok: true, exitCode: 0, stderr: 'a warning' }, { ok: true, detail: '' }],
    ['the last line of standard error', { stderr: 'first\nlast \n\n' }, { ok: false, detail: 'no sudo: last' }],
    ['of standard output, if that is all there is', { stdout: 'only this\n' }, { ok: false, detail: 'no sudo: only this' }],
    ['nothing said', {}, { ok: false, detail: 'no sudo: ssh exited with 1' }],
    ['no answer', { timedOut: true, stderr: 'half a' }, { ok: false, detail: 'no sudo: no answer in time' }],
  ])('%s', (_, over, expected) => expect(judgeProbe(probe, outcome(over))).toEqual({ probe: 'sudo works', ...expected }))

  test('a long answer is cut', () => {
    expect(judgeProbe(probe, outcome({ stderr: 'x'.repeat(9_000) })).detail).toHaveLength(500)
  })
})

describe('FIPS mode', () => {
  const asked = aFamily({ kind: 'eks-node', fipsMode: true })
  const fips = named(machineProbes(asked, 'web-2026.47.1'), 'FIPS mode is on')

  test('is asked for only where the family wants it', () => {
    expect(named(machineProbes(aFamily({ kind: 'eks-node' }), 'web-2026.47.1'), 'FIPS mode is on')).toBeUndefined()
  })

  test.each([
    ['1', 'echo FIPS', 0, ''],
    ['1', 'echo FIPS:OSPP', 0, ''],
    ['0', 'echo FIPS', 1, 'the kernel is not in it'],
    ['1', 'echo DEFAULT', 1, 'the cryptographic policy is DEFAULT'],
    ['1', 'exit 1', 1, ''],
  ])('a kernel that says %s, a policy from `%s`', async (enabled, policy, exitCode, said) => {
    const cat = `[ "$1" = /proc/sys/crypto/fips_enabled ] || exit 9\necho ${enabled}`
    const answered = await answer(fips, { cat, 'update-crypto-policies': policy })
    expect(answered.exitCode).toBe(exitCode)
    expect(answered.stderr).toContain(said)
  })
})

describe('hygiene beyond the benchmark', () => {
  test.each([
    ['no private key but the machine’s own', { sudo: 'echo /etc/ssh/ssh_host_ed25519_key; echo asked' }, 0, ''],
    ['no private key but the machine’s own', { sudo: 'echo /opt/app/key.pem; echo asked' }, 1, '/opt/app/key.pem'],
    ['no private key but the machine’s own', { sudo: 'exit 1' }, 1, ''],
    ['nothing everybody may write', { sudo: 'exit 0' }, 0, ''],
    ['nothing everybody may write', { sudo: 'echo /srv/open' }, 1, '/srv/open'],
    ['nothing everybody may write', { sudo: 'exit 1' }, 1, ''],
    ['every setuid program is a package’s', { sudo: '' }, 0, ''],
    ['every setuid program is a package’s', { sudo: 'exit 1' }, 1, ''],
    ['every setuid program is a package’s', { sudo: 'echo /usr/bin/passwd; echo /opt/own' }, 1, '/opt/own'],
    ['every setuid program is a package’s', { sudo: 'echo /usr/bin/passwd' }, 0, ''],
    ['every setuid program is a package’s', { sudo: 'echo "/usr/bin/pass*"' }, 1, 'pass'],
    ['every setuid program is a package’s', { sudo: 'echo /usr/bin/passwd', 'dpkg-query': 'exit 2' }, 1, '/usr/bin/passwd'],
    ['no package archives', { sudo: 'exit 0' }, 0, ''],
    ['no package archives', { sudo: 'echo /var/cache/apt/archives/x.deb' }, 1, 'x.deb'],
    ['every package is known to a repository', { sudo: '', 'apt-cache': 'echo "Package: a"', 'dpkg-query': 'echo a' }, 0, ''],
    [
      'every package is known to a repository',
      { sudo: '', 'apt-cache': 'echo "Package: a"', 'dpkg-query': 'echo a; echo b' },
      1,
      'b',
    ],
    [
      'every package is known to a repository',
      { sudo: '', 'apt-cache': 'true', 'dpkg-query': 'echo a' },
      1,
      'apt knows no package',
    ],
    ['every package is known to a repository', { sudo: 'exit 1' }, 1, ''],
  ])('%s: %j exits %i', async (name, programs, exitCode, said) => {
    const answered = await answer(hygiene(name), programs)
    expect(answered.exitCode).toBe(exitCode)
    expect(answered.stderr).toContain(said)
  })
})

describe('what only a kernel of its own shows in full', () => {
  const isContainer = { 'systemd-detect-virt': 'exit 0' }
  const isMachine = { 'systemd-detect-virt': 'exit 1' }
  /** A systemctl by which units are in the states that are named, and all others are not there. */
  const systemctl = (states: Readonly<Record<string, string>>) => ({
    systemctl: `verb=$1; shift; [ "$1" != -q ] || shift
case "$verb $1" in
${Object.entries(states)
  .map(([asked, answer]) => `"${asked}") ${answer} ;;`)
  .join('\n')}
*) exit 1 ;;
esac`,
  })
  const enabled = { 'is-enabled chrony.service': 'exit 0' }

  test.each([
    ['the time is kept', { ...isContainer, ...systemctl(enabled) }, 0, ''],
    ['the time is kept', { ...isContainer, ...systemctl({}) }, 1, 'no service for it is enabled'],
    [
      'the time is kept',
      {
        ...isMachine,
        ...systemctl({
          ...enabled,
          'is-enabled systemd-timesyncd.service': 'exit 0',
          'is-active systemd-timesyncd.service': 'exit 0',
        }),
      },
      0,
      '',
    ],
    ['the time is kept', { ...isMachine, ...systemctl({ ...enabled, 'is-active chrony.service': 'exit 0' }) }, 0, ''],
    ['the time is kept', { ...isMachine, ...systemctl(enabled), sleep: 'exit 0' }, 1, 'not active: chrony.service'],
    ['a console takes logins', { ...isContainer, ...systemctl({}) }, 0, ''],
    [
      'a console takes logins',
      { ...isContainer, ...systemctl({ 'is-enabled getty.target': 'echo masked' }) },
      1,
      'getty.target is masked',
    ],
    ['a console takes logins', { ...isMachine, ...systemctl({}) }, 1, ''],
    [
      'a console takes logins',
      { ...isMachine, ...systemctl({ 'list-units --state=active': 'echo serial-getty@ttyS0.service' }) },
      0,
      '',
    ],
  ])('%s: %j exits %i', async (name, programs, exitCode, said) => {
    const answered = await answer(named(kernelProbes(), name), programs)
    expect(answered.exitCode).toBe(exitCode)
    expect(answered.stderr).toContain(said)
  })
})
