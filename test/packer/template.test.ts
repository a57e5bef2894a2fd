// Packer itself judges what a bake gives it to read.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BakeRequest } from '../../pipeline/bake/bake-request.ts'
import { planBake } from '../../pipeline/bake/plan.ts'
import { workFolderAt, writePlan } from '../../pipeline/bake/work-folder.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { aBakeRequest } from '../bake/a-bake-request.ts'
import { aFamily } from '../support/config.ts'

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')
const cache = process.env.DROVER_CACHE ?? `${process.env.XDG_CACHE_HOME || `${process.env.HOME}/.cache`}/drover`

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-template-')
})
afterEach(() => rm(directory, { recursive: true }))

/** Writes the plan and asks Packer about it. */
async function judge(request: BakeRequest): Promise<string> {
  const work = workFolderAt(request.folders.work)
  await writePlan(planBake(request), work, { exec: createExec(), files: createFiles() })
  const { packer } = JSON.parse(await readFile(`${cache}/tools.json`, 'utf8'))
  const env = {
    PACKER_PLUGIN_PATH: packer.pluginPath,
    PACKER_CONFIG_DIR: directory,
    CHECKPOINT_DISABLE: '1',
    PACKER_NO_COLOR: '1',
  }
  const validated = await execa(packer.path, ['validate', '.'], { cwd: work.packer, env, reject: false, all: true })
  return validated.all
}

function realRequest(over: Partial<BakeRequest> = {}): BakeRequest {
  const here = `${root}/docs/examples/acme`
  const family = aFamily({
    provisioners: [
      { kind: 'shell', script: `${here}/provisioners/10-web.sh` },
      { kind: 'files', from: `${here}/rootfs`, to: '/' },
      { kind: 'ansible', playbook: `${here}/provisioners/site.yml`, variables: { page_title: `Acme \${not.hcl} %{either}` } },
    ],
  })
  const hardening = { packages: [], removedPackages: [], files: [], steps: [], results: [] }
  return aBakeRequest({ family, hardening, folders: { packer: `${root}/packer`, work: `${directory}/work` }, ...over })
}

describe('packer validate', () => {
  test('a bake reached on private addresses', async () => {
    expect(await judge(realRequest())).toBe('The configuration is valid.')
  })

  test('a bake reached on public addresses, in a named subnet, without a profile or key', async () => {
    const images = { ...realRequest().images, reach: 'public' as const, subnetId: 'subnet-0123456789abcdef0', kmsKeyIds: {} }
    expect(await judge(realRequest({ images }))).toBe('The configuration is valid.')
  })

  test('a bake reached through SSM, which needs a profile', async () => {
    const images = { ...realRequest().images, reach: 'ssm' as const, instanceProfile: 'drover-build' }
    expect(await judge(realRequest({ images }))).toBe('The configuration is valid.')
    const { instanceProfile: _, ...without } = images
    expect(await judge(realRequest({ images: without }))).toContain('no iam_instance_profile defined')
  })

  test.each([
    ['', {}],
    [' in FIPS mode', { fipsMode: true as const }],
  ])('a bake of nodes of EKS%s', async (_, mode) => {
    const node = { kubernetes: '1.33', parameter: '/aws/service/eks', releaseVersion: '1.33.5-20251112', distribution: 'base' }
    const family = aFamily({
      kind: 'eks-node',
      node: { kubernetes: '1.33', upgradeComponents: false, supportNoticeMs: 0, afterSupport: 'warn' },
      login: { user: 'ec2-user', allowGroups: ['wheel'] },
      ...mode,
    })
    expect(await judge(realRequest({ family, base: { ...aBakeRequest().base, node } }))).toBe('The configuration is valid.')
  })

  test('a bake that makes nodes of Debian', async () => {
    expect(await judge(realRequest({ family: aFamily({ kind: 'k8s-node' }) }))).toBe('The configuration is valid.')
  })

  test('it is not happy with everything: a reach it does not know', async () => {
    const images = { ...realRequest().images, reach: 'tunnel' as 'private' }
    expect(await judge(realRequest({ images }))).toContain('The reach is private, public or ssm.')
  })
})

test('packer fmt', async () => {
  const { packer } = JSON.parse(await readFile(`${cache}/tools.json`, 'utf8'))
  const checked = await execa(packer.path, ['fmt', '-check', '-diff', `${root}/packer/common`], { reject: false, all: true })
  expect(checked.all).toBe('')
})
