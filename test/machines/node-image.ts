// An image of the k8s-node family, made as a bake makes it: the planned bundle, and the planned provisioners one after another.

import { execa } from 'execa'
import { planBake } from '../../pipeline/bake/plan.ts'
import { planBuild } from '../../pipeline/bake/plan-build.ts'
import { workFolderAt, writePlan } from '../../pipeline/bake/work-folder.ts'
import type { Family } from '../../pipeline/config/index.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { aBakeRequest } from '../bake/a-bake-request.ts'
import { aFamily } from '../support/config.ts'
import type { TestCloud } from './local-machines.ts'

export const nodeFamily: Family = aFamily({ name: 'workers', kind: 'k8s-node' })

interface PlannedStep {
  readonly shell?: { readonly script: string; readonly environment_vars: readonly string[] }
}

/** Bakes machine number N and keeps it as that layer; returns what the bake keeps as evidence of the node's parts. */
export async function nodeLayer(cloud: TestCloud, number: number, layer: string): Promise<string> {
  const request = aBakeRequest({
    family: nodeFamily,
    hardening: { packages: [], removedPackages: [], files: [], steps: [], results: [] },
    folders: { packer: new URL('../../packer', import.meta.url).pathname, work: `${cloud.directory}/bake` },
  })
  const work = workFolderAt(request.folders.work)
  await writePlan(planBake(request), work, { exec: createExec(), files: createFiles() })
  const { stdout: bundle } = await execa('base64', [`${work.path}/bundle.tar.gz`])
  const spec = cloud.spec(number)
  const started = await cloud.machines.start(spec)
  if (!started.ok) throw new Error(started.message)
  await untilRunning(cloud, spec.id)
  await run(cloud, spec.id, `base64 -d > /tmp/drover-bundle.tar.gz << 'end'\n${bundle}\nend`)
  const [build] = planBuild(request).build as readonly [{ readonly provisioner: readonly PlannedStep[] }]
  let components = ''
  for (const { shell } of build.provisioner) {
    if (shell === undefined) continue
    // Before the step that takes the bake's folder away.
    if (shell.script.endsWith('/90-cleanup.sh')) {
      components = await run(cloud, spec.id, 'cat /var/lib/drover-bake/results/node-components.txt')
    }
    const text = await createFiles().readText(shell.script)
    const step = `cat > /run/drover-step.sh << 'drover step'\n${text}\ndrover step\nexport SUDO_USER=admin ${shell.environment_vars.join(' ')}`
    await run(cloud, spec.id, `${step}\nsh /run/drover-step.sh < /dev/null`)
  }
  for (const done of [await cloud.machines.stop(spec.id), await cloud.machines.captureLayer(spec.id, layer)]) {
    if (!done.ok) throw new Error(done.message)
  }
  await cloud.machines.destroy(spec.id)
  return components
}

async function untilRunning(cloud: TestCloud, id: string): Promise<void> {
  const until = Date.now() + 60_000
  while ((await cloud.machines.run(id, 'true', 10_000)).exitCode !== 0) {
    if (Date.now() > until) throw new Error(await cloud.machines.console(id))
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function run(cloud: TestCloud, id: string, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await cloud.machines.run(id, script, 300_000)
  if (exitCode !== 0) throw new Error(`${script.slice(-400)}: ${exitCode}\n${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}`)
  return stdout
}
