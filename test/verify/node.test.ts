// A node's probes: scripts that any shell reads, messages as protobuf writes them, and no answer that passes for want of one.

import { X509Certificate } from 'node:crypto'
import { execa } from 'execa'
import { afterEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Family } from '../../pipeline/config/index.ts'
import type { Command, CommandOutcome } from '../../pipeline/ports/index.ts'
import { createExec } from '../../pipeline/system/index.ts'
import type { Booted } from '../../pipeline/verify/boot-fresh.ts'
import { judgeBootTime } from '../../pipeline/verify/boot-time.ts'
import { framed, framedId } from '../../pipeline/verify/cri-call.ts'
import { examineNode } from '../../pipeline/verify/examine-node.ts'
import { clockProbe, nodeProbes } from '../../pipeline/verify/node-probes.ts'
import { nodeConfigFor, withNodeConfig } from '../../pipeline/verify/node-user-data.ts'
import { aFamily } from '../support/config.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { execWith } from './machine-answers.ts'
import { type ShellRoom, shellRoom } from './shell-room.ts'

const node = { kubernetes: '1.33', upgradeComponents: false, supportNoticeMs: 0, afterSupport: 'warn' } as const
const ofEks = aFamily({ kind: 'eks-node', node })
const ofDebian = aFamily({ kind: 'k8s-node' })

let room: ShellRoom | undefined
afterEach(async () => {
  await room?.close()
  room = undefined
})

async function answer(family: Family, name: string, programs: Readonly<Record<string, string>>) {
  room = await shellRoom(programs)
  const probe = nodeProbes(family).find((one) => one.name === `node: ${name}`)
  return room.run(probe?.script ?? 'exit 99')
}

describe('every script', () => {
  const all = [clockProbe(0), ...nodeProbes(ofDebian), ...nodeProbes(ofEks)]

  test.each(all.map((probe) => [probe.name, probe]))('%s is a shell script, and so is what root runs of it', async (_, probe) => {
    expect(await execa('sh', ['-n'], { input: probe.script, reject: false, all: true })).toMatchObject({ exitCode: 0, all: '' })
    room = await shellRoom({ sudo: 'while [ $# -gt 1 ]; do shift; done; printf "%s" "$1"' })
    if (!probe.script.startsWith('sudo ')) return
    const { stdout } = await room.run(probe.script)
    expect(await execa('sh', ['-n'], { input: stdout, reject: false, all: true })).toMatchObject({ exitCode: 0, all: '' })
  })

  test('a family of no nodes is asked nothing', () => expect(nodeProbes(aFamily())).toEqual([]))
})

describe('a message', () => {
  const bytes = async (printed: string) => {
    const { stdout } = await execa('sh', ['-s'], { input: `id=${'a'.repeat(64)}\nprintf ${printed}`, encoding: 'buffer' })
    return Buffer.from(stdout)
  }

  test('is its length, then its fields, a message in a message too', async () => {
    const written = await bytes(
      framed([
        [
          1,
          [
            [1, 'probe'],
            [4, 2],
          ],
        ],
        [8, 'x'],
      ]),
    )
    expect(written.toString('hex')).toBe('000000000e' + '0a09' + '0a0570726f6265' + '2002' + '420178')
    expect((await bytes(framed([]))).toString('hex')).toBe('0000000000')
  })

  test('of an ID takes it from the shell', async () => {
    expect((await bytes(framedId('id'))).toString('latin1')).toBe(`\0\0\0\0\x42\x0a\x40${'a'.repeat(64)}`)
  })
})

describe('the images a node holds', () => {
  const name = 'the images it holds are whole'
  const holding = (...images: string[]) => ({
    containerd: `echo '    sandbox_image = "localhost/kubernetes/pause"'`,
    ctr: `echo 'REF TYPE DIGEST STATUS SIZE UNPACKED'\nprintf '%s\\n' ${images.map((image) => `'${image}'`).join(' ')}`,
  })
  const pause = 'localhost/kubernetes/pause:latest type digest complete (2/2) 1/1 false'

  test('are whole, the pause image among them', async () => {
    expect((await answer(ofDebian, name, holding(pause, 'eks/cni:v1 type digest complete (4/4) 1/1 true'))).exitCode).toBe(0)
  })

  test('are told by name where one is not', async () => {
    const { exitCode, stderr } = await answer(ofDebian, name, holding(pause, 'eks/cni:v1 type digest incomplete (3/4) 1/2 false'))
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'eks/cni:v1 is incomplete' })
  })

  test('do not pass without the pause image, nor when nobody can say', async () => {
    const other = holding('other:latest type digest complete (1/1) 1/1 true')
    expect((await answer(ofDebian, name, other)).stderr).toBe('it does not hold localhost/kubernetes/pause:latest')
    expect((await answer(ofDebian, name, { ...holding(pause), ctr: 'exit 1' })).exitCode).toBe(1)
    expect((await answer(ofDebian, name, { ...holding(pause), containerd: 'exit 1' })).exitCode).toBe(1)
  })

  test('are found by the name that newer configurations have for it', async () => {
    const programs = { ...holding(pause), containerd: `echo "      sandbox = 'localhost/kubernetes/pause:latest'"` }
    expect((await answer(ofDebian, name, programs)).exitCode).toBe(0)
  })
})

describe('the clock', () => {
  const told = async (off: number) => {
    room = await shellRoom()
    return (await room.run(clockProbe(Date.now() - off * 1_000).script)).stderr
  }

  test('is right within the time that a login takes', async () => expect(await told(2)).toBe(''))
  test('is wrong behind the runner’s and before it', async () => {
    expect(await told(3_600)).toMatch(/^it is 3(599|60\d) s from the runner's$/)
    expect(await told(-3_600)).toMatch(/^it is -3(60\d|59\d) s/)
  })
})

describe('how long it took', () => {
  test('is told beside the base’s', () => {
    expect(judgeBootTime(41_240, 33_000, 30_000)).toEqual({
      probe: 'node: time to ready',
      ok: true,
      detail: 'ready 41.2 s after its kernel began, the base 33.0 s',
    })
  })

  test('refuses by more than is allowed', () => {
    expect(judgeBootTime(63_001, 33_000, 30_000)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('30.0 s slower, and 30s are allowed (verify.slowerBootAtMost)'),
    })
  })
})

describe('user data', () => {
  const cloudConfig = '#cloud-config\nmanage_etc_hosts: localhost\n'

  test('of a node of EKS names a cluster, with a certificate that can be read, beside what the examination needs', async () => {
    const [head, config, rest] = withNodeConfig(await nodeConfigFor(createExec(), ofEks), cloudConfig).split(
      /^--drover-verify-part/m,
    )
    expect(head).toBe('MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="drover-verify-part"\n\n')
    expect(rest).toBe(`\nContent-Type: text/cloud-config\n\n${cloudConfig}\n`)
    const [type, body = ''] = config?.trimStart().split('\n\n---\n') ?? []
    expect(type).toBe('Content-Type: application/node.eks.aws')
    const { kind, spec } = parse(body)
    expect({ kind, endpoint: spec.cluster.apiServerEndpoint }).toEqual({
      kind: 'NodeConfig',
      endpoint: 'https://drover-verify.invalid',
    })
    const certificate = new X509Certificate(Buffer.from(spec.cluster.certificateAuthority, 'base64'))
    expect(certificate.subject).toBe('CN=drover-verify')
  })

  test('of every other machine is what the examination needs', async () => {
    expect(withNodeConfig(await nodeConfigFor(createExec(), ofDebian), cloudConfig)).toBe(cloudConfig)
  })
})

describe('the examination', () => {
  const target = { user: 'admin', address: '192.0.2.1', keyFile: '/none', knownHostsFile: '/none' }
  const good = { ok: true, exitCode: 0 }
  const other = (address: string): Booted => ({ target: { ...target, address }, id: 'i-1' })

  /** Of machines that say yes to everything, but for what the test says. */
  async function examine(over: {
    readonly says?: (command: Command) => Partial<CommandOutcome> | undefined
    readonly base?: Booted
    readonly realBoot?: 'try' | 'required'
  }) {
    const asked: string[] = []
    const ended: string[] = []
    const exec = execWith((command) => {
      asked.push(command.argv.at(-2) ?? '')
      const script = String(command.input)
      const said = over.says?.(command)
      if (said) return said
      if (script.includes('detect-virt')) return { exitCode: 1 }
      return script.includes('Monotonic')
        ? { ...good, stdout: command.argv.at(-2)?.includes('.3') ? '20000000\n' : '45000000\n' }
        : good
    })
    const examiner = { exec, clock: createVirtualClock(), signal: new AbortController().signal, log: () => undefined }
    const family = aFamily({
      kind: 'k8s-node',
      verify: { ...aFamily().verify, ...(over.realBoot && { realBoot: over.realBoot }) },
    })
    const results = await examineNode({
      examiner,
      family,
      target,
      bootOwn: async () => other('192.0.2.2'),
      bootBase: async (ofOwnKernel) => over.base ?? other(ofOwnKernel ? '192.0.2.33' : '192.0.2.3'),
      endBase: async (id) => void ended.push(id),
    })
    return { results, ended, asked: [...new Set(asked)], refused: results.filter(({ ok }) => !ok) }
  }
  const isContainer = (command: Command) => (String(command.input).includes('detect-virt') ? good : undefined)

  test('asks the fresh machine itself where that has a kernel of its own, and its base', async () => {
    const { results, refused, asked, ended } = await examine({})
    expect(asked).toEqual(['admin@192.0.2.1', 'admin@192.0.2.3'])
    expect(ended).toEqual(['i-1'])
    expect(refused).toEqual([])
    expect(results.at(-1)?.detail).toBe('ready 45.0 s after its kernel began, the base 20.0 s')
  })

  test('asks one more machine where it is a container, and compares it with a base of the same kind', async () => {
    const { refused, asked } = await examine({ realBoot: 'try', says: isContainer })
    expect(asked).toEqual(['admin@192.0.2.1', 'admin@192.0.2.2', 'admin@192.0.2.33'])
    expect(refused).toEqual([])
  })

  test('refuses a container that nothing more was booted for', async () => {
    const { results } = await examine({ says: isContainer })
    expect(results).toEqual([
      {
        probe: 'node',
        ok: false,
        detail: 'could not be asked: the fresh machine is a container, and `verify.realBoot` is off',
      },
    ])
  })

  test('refuses what is slower by more than 30 s where nothing else is said', async () => {
    const says = ({ input, argv }: Command) =>
      String(input).includes('Monotonic') ? { ...good, stdout: argv.at(-2)?.includes('.3') ? '20000000' : '51000000' } : undefined
    expect((await examine({ says })).refused).toMatchObject([{ probe: 'node: time to ready' }])
  })

  test('refuses when the base did not come up, or either has no figure', async () => {
    const { refused } = await examine({ base: { reason: 'no capacity' } })
    expect(refused).toMatchObject([{ detail: 'not measured: the base did not come up: no capacity' }])
    const says = ({ input }: Command) => (String(input).includes('Monotonic') ? { ...good, stdout: '' } : undefined)
    expect((await examine({ says })).refused).toMatchObject([{ probe: 'node: time to ready' }])
  })

  test('names what is wrong, and asks the rest all the same', async () => {
    const says = ({ input }: Command) =>
      String(input).includes('supportedVersions') ? { exitCode: 1, stderr: '/opt/cni/bin/loopback does not answer\n' } : undefined
    const { results, refused } = await examine({ says })
    expect(refused).toMatchObject([{ detail: 'a cluster’s network could not be set up: /opt/cni/bin/loopback does not answer' }])
    expect(results).toHaveLength(nodeProbes(ofDebian).length + 2)
  })
})
