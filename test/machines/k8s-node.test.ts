// A node of Debian's own packages, baked by its provisioners and booted on its own kernel, which a sandbox needs.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MachineSpec } from '../../pipeline/localcloud/machines/types.ts'
import { createExec, createSystemClock } from '../../pipeline/system/index.ts'
import type { Booted } from '../../pipeline/verify/boot-fresh.ts'
import { ask, untilLogin } from '../../pipeline/verify/examine.ts'
import { examineNode } from '../../pipeline/verify/examine-node.ts'
import { nodeProbes } from '../../pipeline/verify/node-probes.ts'
import type { ProbeResult } from '../../pipeline/verify/probes.ts'
import { remote, type SshTarget } from '../../pipeline/verify/ssh.ts'
import { installedEmulator, openTestCloud, type TestCloud, tracesOf } from './local-machines.ts'
import { nodeFamily, nodeLayer } from './node-image.ts'

const signal = new AbortController().signal

/** Emulated, a boot takes half a minute on a quiet machine, and a container that starts some seconds; nothing is asserted about it. */
describe('a node', { timeout: 1_800_000 }, () => {
  const id = `k${process.pid}`
  const said: string[] = []
  const examiner = { exec: createExec(), clock: createSystemClock(), signal, log: (line: string) => void said.push(line) }
  // How fast two emulated machines are beside each other is this host's affair.
  const family = { ...nodeFamily, verify: { ...nodeFamily.verify, realBoot: 'required', slowerBootAtMostMs: 3_600_000 } } as const
  let cloud: TestCloud

  beforeAll(async () => {
    cloud = await openTestCloud(id, { emulator: await installedEmulator() })
  }, 120_000)
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  }, 60_000)

  const targetOf = ({ address }: MachineSpec): SshTarget => ({
    user: 'admin',
    address,
    keyFile: cloud.keyFile,
    knownHostsFile: `${cloud.directory}/known_hosts-${address}`,
  })

  async function boot(spec: MachineSpec): Promise<Booted> {
    expect(await cloud.machines.start(spec)).toEqual({ ok: true })
    const target = targetOf(spec)
    const login = await untilLogin(examiner, target, 900_000)
    if (!login.ok) throw new Error(`${login.detail}\n${(await cloud.machines.console(spec.id)).slice(-2_000)}`)
    return { target, id: spec.id }
  }

  const container = () => cloud.spec(1, { layers: ['base', 'node'] })
  const node = () => cloud.spec(2, { layers: ['base', 'node'], kernel: 'own' })
  const seen = (results: readonly ProbeResult[]) =>
    results.map(({ probe, ok, detail }) => `${ok ? 'yes' : 'no'} ${probe}: ${detail}`)

  test('is made of Debian’s packages, which stand in the evidence', async () => {
    const components = await nodeLayer(cloud, 0, 'node')
    const names = components
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0])
    const kernel = expect.stringMatching(/^linux-image-/)
    expect(names).toEqual(['containerd', 'containernetworking-plugins', kernel, kernel, 'runc'])
  })

  test('as a container it cannot be judged, and that is no pass', async () => {
    await boot(container())
    const off = { ...family, verify: nodeFamily.verify }
    const never = () => expect.fail('nothing more is booted')
    const results = await examineNode({ examiner, family: off, target: targetOf(container()), bootOwn: never, bootBase: never })
    expect(seen(results)).toEqual(['no node: could not be asked: the fresh machine is a container, and `verify.realBoot` is off'])
  })

  test('on its own kernel it answers everything, beside its base', async () => {
    const results = await examineNode({
      examiner,
      family,
      target: targetOf(container()),
      bootOwn: () => boot(node()),
      bootBase: () => boot(cloud.spec(3, { kernel: 'own' })),
    })
    expect(seen(results.slice(0, -1))).toEqual([
      'yes node: its clock is right: ',
      ...nodeProbes(family).map(({ name }) => `yes ${name}: `),
    ])
    expect(seen(results.slice(-1))).toEqual([
      expect.stringMatching(/^yes node: time to ready: ready \d+\.\d s after its kernel began, the base \d+\.\d s$/),
    ])
    await cloud.machines.destroy(cloud.spec(3).id)
  })

  /** The answers that are no, after that was done to the node. */
  async function refusals(script: string): Promise<readonly string[]> {
    const done = await remote(examiner.exec, targetOf(node()), `sudo -n sh -eu << 'end'\n${script}\nend\n`, { timeoutMs: 60_000 })
    expect(done).toMatchObject({ ok: true })
    const results = await ask(examiner, targetOf(node()), nodeProbes(family))
    return results.filter(({ ok }) => !ok).map(({ probe, detail }) => `${probe}: ${detail}`)
  }

  test('without the pause image it is refused', async () => {
    const refused = await refusals('ctr --namespace k8s.io images ls -q | xargs ctr --namespace k8s.io images rm --sync')
    expect(refused).toEqual([
      'node: the images it holds are whole: no pod starts where the image of its sandbox has to come from a registry first: it does not hold localhost/kubernetes/pause:latest',
      expect.stringMatching(/^node: a sandbox runs: no pod would start: .*localhost\/kubernetes\/pause:latest/),
    ])
  })

  test('with containerd masked it is refused', async () => {
    const refused = await refusals('systemctl mask --now --quiet containerd.service')
    expect(refused[0]).toBe('node: containerd answers: kubelet would find no container runtime: containerd.service is masked')
    expect(refused.slice(1).map((line) => line.split(': ')[1])).toEqual(['the images it holds are whole', 'a sandbox runs'])
  })
})
