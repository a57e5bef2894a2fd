// A bake as a value: every file of its work folder, worked out before anything is touched.

import type { BakeRequest } from './bake-request.ts'
import { planBuild } from './plan-build.ts'
import { planBundle } from './plan-bundle.ts'
import { planVariables } from './plan-variables.ts'
import type { PlannedFile } from './planned-file.ts'

export interface BakePlan {
  /** What Packer reads, under `packer/`, and what is packed for the build machine, under `bundle/`. */
  readonly files: readonly PlannedFile[]
}

export function planBake(request: BakeRequest): BakePlan {
  return {
    files: [
      { path: 'packer/template.pkr.hcl', from: `${request.folders.packer}/common/template.pkr.hcl` },
      { path: 'packer/variables.pkr.hcl', from: `${request.folders.packer}/common/variables.pkr.hcl` },
      json('packer/build.pkr.json', planBuild(request)),
      json('packer/drover.auto.pkrvars.json', planVariables(request)),
      ...request.family.provisioners.flatMap((provisioner, index) =>
        provisioner.kind === 'ansible' ? [json(`packer/ansible-${index}.json`, provisioner.variables)] : [],
      ),
      ...planBundle(request),
    ],
  }
}

/** None of it is secret, but it is nobody else's business either. */
function json(path: string, value: unknown): PlannedFile {
  return { path, text: `${JSON.stringify(value, undefined, 2)}\n`, mode: 0o600 }
}
