// What a fresh node of EKS is asked, in a root with the files that nodeadm writes; nodeadm, kubelet and systemctl are played.

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeProbes } from '../../pipeline/verify/node-probes.ts'
import { type ImageRoot, imageRoot } from '../packer/image-root.ts'
import { aFamily } from '../support/config.ts'

const node = { kubernetes: '1.33', upgradeComponents: false, supportNoticeMs: 0, afterSupport: 'warn' } as const
const family = aFamily({ kind: 'eks-node', node })
const userData = '--config-source imds://user-data'
const bothSources = `${userData} --config-source file:///etc/eks/nodeadm.d/`

/** Flags, in no order, then what else kubelet is given, unquoted and without a last line's end (nodeadm/internal/kubelet/environment.go). */
const environment =
  'MEMORY_PRESSURE_WRITE=c29tZSAyMDAwMDAgMjAwMDAwMAA=\n' +
  'NODEADM_KUBELET_ARGS=--node-ip=10.0.0.4 --config-dir=/etc/kubernetes/kubelet/config.json.d --hostname-override=ip-10-0-0-4.ec2.internal --v 2'

let root: ImageRoot
beforeEach(async () => {
  root = await imageRoot()
  await root.play('sudo', '[ "$1" = -n ] || exit 9\nshift\nexec "$@"')
  await root.play('systemctl', '[ "$1" = cat ] || exit 9\ncat /run/units')
  await units(bothSources)
  // Takes no source but those two, and of the folder only what it can read.
  await root.play(
    'nodeadm',
    `echo "$*" > /run/asked
case $* in *file:*) ! grep -qs broken /etc/eks/nodeadm.d/* || { echo 'failed to parse config file' >&2; exit 1; } ;; esac`,
  )
  await kubelet()
  await root.put('/etc/eks/kubelet/environment', environment)
  await root.put('/etc/eks/nodeadm.d/90-drover-kubelet.yaml', 'kind: NodeConfig\n')
})
afterEach(() => root.close())

const kubelet = (
  version = 'v1.33.5-eks-113cf36',
  flags = ['--config-dir string', '--hostname-override string', '--node-ip string', '-v, --v Level'],
) =>
  root.play(
    'kubelet',
    `case $1 in
  --version) echo 'Kubernetes ${version}' ;;
  --help) printf '      %s   It does.\\n' ${flags.map((flag) => `'${flag}'`).join(' ')} ;;
  *) exit 9 ;;
esac`,
  )

const units = (sources: string) =>
  root.put(
    '/run/units',
    `[Service]\nExecStart=/usr/bin/nodeadm init --skip run ${userData}\n\n[Service]\nExecStart=/usr/bin/nodeadm --console init --skip config ${sources} --config-cache /run/eks/nodeadm/config.json\n`,
  )

async function ask(name: string) {
  const probe = nodeProbes(family).find((one) => one.name === `node: ${name}`)
  return await root.run('-s', probe?.script ?? 'exit 99')
}

describe('nodeadm takes its configuration', () => {
  const name = 'nodeadm takes its configuration'

  test('from wherever its units have it, in that order', async () => {
    expect(await ask(name)).toEqual({ exitCode: 0, all: '' })
    expect(await root.read('/run/asked')).toBe(`config check ${bothSources}\n`)
  })

  test('not with a file of the image that it can’t read', async () => {
    await root.put('/etc/eks/nodeadm.d/50-team.yaml', 'broken: [\n')
    expect(await ask(name)).toEqual({ exitCode: 1, all: 'failed to parse config file' })
  })

  test('not where its units look at user data alone, and the image has a file for it', async () => {
    await units(userData)
    expect(await ask(name)).toEqual({ exitCode: 1, all: 'no unit of nodeadm reads /etc/eks/nodeadm.d/90-drover-kubelet.yaml' })
  })

  test('by its own default where its units name no source', async () => {
    await root.put('/run/units', 'ExecStart=/usr/bin/nodeadm init --skip config\n')
    await root.remove('/etc/eks/nodeadm.d/90-drover-kubelet.yaml')
    expect(await ask(name)).toEqual({ exitCode: 0, all: '' })
    expect(await root.read('/run/asked')).toBe('config check\n')
  })
})

describe('kubelet is the one asked for', () => {
  const name = 'kubelet is the one asked for'

  test.each([
    ['v1.33.5-eks-113cf36', 0, ''],
    ['v1.34.1-eks-113cf36', 1, 'it is Kubernetes v1.34.1-eks-113cf36'],
    ['v1.3.9', 1, 'it is Kubernetes v1.3.9'],
  ])('%s', async (version, exitCode, all) => {
    await kubelet(version)
    expect(await ask(name)).toEqual({ exitCode, all })
  })

  test('not where there is none', async () => {
    await root.remove('/usr/bin/kubelet')
    expect((await ask(name)).exitCode).not.toBe(0)
  })
})

describe('kubelet knows its flags', () => {
  const name = 'kubelet knows its flags'

  test('as nodeadm wrote them', async () => expect(await ask(name)).toEqual({ exitCode: 0, all: '' }))

  test('and not one that it has no more', async () => {
    await root.put('/etc/eks/kubelet/environment', `${environment} --pod-infra-container-image=localhost/kubernetes/pause`)
    expect(await ask(name)).toEqual({ exitCode: 1, all: 'it does not know --pod-infra-container-image' })
  })

  test('nor one whose name only begins like a known one', async () => {
    await root.put('/etc/eks/kubelet/environment', 'NODEADM_KUBELET_ARGS=--node=1')
    expect(await ask(name)).toEqual({ exitCode: 1, all: 'it does not know --node' })
  })

  test('not where nodeadm gave it none, or never wrote', async () => {
    await root.put('/etc/eks/kubelet/environment', 'NODEADM_KUBELET_ARGS=')
    expect(await ask(name)).toEqual({ exitCode: 1, all: 'nodeadm gave it none' })
    await root.remove('/etc/eks/kubelet/environment')
    expect((await ask(name)).exitCode).toBe(1)
  })
})
