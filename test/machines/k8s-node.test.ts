// A node of Debian's own packages, whole: baked, hardened by its own profile and verified, on its image's own kernel too.

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../hardening/index.ts'
import type { ReleaseEvent } from '../../pipeline/release/index.ts'
import { createExec, createSystemClock } from '../../pipeline/system/index.ts'
import { ask } from '../../pipeline/verify/examine.ts'
import { nodeProbes } from '../../pipeline/verify/node-probes.ts'
import type { ProbeResult } from '../../pipeline/verify/probes.ts'
import { remote, type SshTarget } from '../../pipeline/verify/ssh.ts'
import { installedEmulator, tracesOf } from './local-machines.ts'
import { type NodeRelease, nodeFamily, nodeRelease } from './node-release.ts'
import { type OwnCloud, openOwnCloud } from './own-cloud.ts'

/** Emulated, a boot takes half a minute on a quiet machine, and a container that starts some seconds; nothing is asserted about it. */
describe('a node', { timeout: 1_800_000 }, () => {
  const id = `k${process.pid}`
  const exec = createExec()
  const examiner = { exec, clock: createSystemClock(), signal: new AbortController().signal, log: () => undefined }
  /** What it could no longer do, once that had been done to it: a container shows these as well as an emulated machine, and at once. */
  const refused = { withoutPauseImage: [] as readonly string[], withContainerdMasked: [] as readonly string[] }
  let cloud: OwnCloud
  let release: NodeRelease
  let baked: Extract<ReleaseEvent, { type: 'bake.finished' }>
  let verified: Extract<ReleaseEvent, { type: 'verify.finished' }>

  beforeAll(async () => {
    cloud = await openOwnCloud(id, await installedEmulator())
    release = await nodeRelease(cloud)
  }, 120_000)
  afterAll(async () => {
    await cloud.close()
    expect(await tracesOf(id)).toEqual([])
  }, 60_000)

  /** The answers of the runtime that are no, after that was done to the node. */
  async function refusals(target: SshTarget, script: string): Promise<readonly string[]> {
    const done = await remote(exec, target, `sudo -n sh -eu << 'end'\n${script}\nend\n`, { timeoutMs: 60_000 })
    if (!done.ok) return [done.message, done.stderr]
    const names = ['containerd answers', 'the images it holds are whole', 'a sandbox runs'].map((name) => `node: ${name}`)
    const results = await ask(
      examiner,
      target,
      nodeProbes(nodeFamily).filter(({ name }) => names.includes(name)),
    )
    return results.filter(({ ok }) => !ok).map(({ probe, detail }) => `${probe}: ${detail}`)
  }

  test('is made of Debian’s packages, which stand in the evidence, and hardened', async () => {
    baked = await release.bake()
    const components = await readFile(`${release.evidenceDirectory}/bake/x86_64/node-components.txt`, 'utf8')
    const names = components
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0])
    const kernel = expect.stringMatching(/^linux-image-/)
    expect(names).toEqual(['containerd', 'containernetworking-plugins', kernel, kernel, 'runc'])
    expect(baked.after.failed).toBeLessThan(baked.before.failed)
  })

  test('passes its verification', async () => {
    verified = await release.verify(async (address, keyFile) => {
      const target = { user: 'admin', address, keyFile, knownHostsFile: `${cloud.directory}/known_hosts-${address}` }
      const withoutImages = 'ctr --namespace k8s.io images ls -q | xargs ctr --namespace k8s.io images rm --sync'
      refused.withoutPauseImage = await refusals(target, withoutImages)
      refused.withContainerdMasked = await refusals(target, 'systemctl mask --now --quiet containerd.service')
    })
    expect(verified.reasons, release.said.join('\n')).toEqual([])
    expect(verified).toMatchObject({ verdict: 'pass', counts: { error: 0, unknown: 0, notJudged: 0 } })
  })

  test('on its own kernel it answered everything, beside its base, and again after a reboot', async () => {
    const [{ probes }] = JSON.parse(await readFile(`${release.evidenceDirectory}/verify/probes.json`, 'utf8'))
    const answered = (probes as ProbeResult[]).filter(({ probe }) => /^(after a reboot: )?node: /.test(probe))
    const asked = ['node: its clock is right', ...nodeProbes(nodeFamily).map(({ name }) => name)]
    expect(answered).toEqual([
      ...asked.map((probe) => ({ probe, ok: true, detail: '' })),
      {
        probe: 'node: time to ready',
        ok: true,
        detail: expect.stringMatching(/^ready \d+\.\d s after its kernel began, the base \d+\.\d s$/),
      },
      ...asked.map((probe) => ({ probe: `after a reboot: ${probe}`, ok: true, detail: '' })),
    ])
  })

  test('what hardening may not take from a node is waived, and the rest of CIS is met on its own kernel', async () => {
    const report = JSON.parse(await readFile(`${release.evidenceDirectory}/report.json`, 'utf8')) as Report
    const named = (wanted: string) => report.rules.filter(({ status }) => status === wanted).map(({ name }) => name)
    // A database of the machine's own files, and who looks at it: an agent's, as of any other family (docs/examples/acme).
    expect(named('failed')).toEqual(['aide_build_database', 'aide_periodic_checking_systemd_timer'])
    expect(named('waived')).toContain('sysctl_net_ipv4_conf_all_forwarding')
    expect(report.realBoot?.facts).toMatchObject({ environment: 'virtual-machine' })
  })

  test('without the pause image it is refused', () => {
    expect(refused.withoutPauseImage).toEqual([
      'node: the images it holds are whole: no pod starts where the image of its sandbox has to come from a registry first: it does not hold localhost/kubernetes/pause:latest',
      expect.stringMatching(/^node: a sandbox runs: no pod would start: .*localhost\/kubernetes\/pause:latest/),
    ])
  })

  test('with containerd masked it is refused', () => {
    const [first, ...others] = refused.withContainerdMasked
    expect(first).toBe('node: containerd answers: kubelet would find no container runtime: containerd.service is masked')
    expect(others.map((line) => line.split(': ')[1])).toEqual(['the images it holds are whole', 'a sandbox runs'])
  })
})
