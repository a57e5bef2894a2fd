// What the bake room is given once, and what it knows about one image in the making.

import type { Config, Family } from '../config/index.ts'
import type { Cloud, CloudAt, Exec, Files } from '../ports/index.ts'
import type { PerformerRequest, PinnedBase } from '../release/index.ts'
import type { BakeMark } from './leftovers.ts'
import type { PackerTool } from './packer-process.ts'
import type { WorkFolder } from './work-folder.ts'

export interface BakeContext {
  readonly config: Config
  readonly cloud: Cloud
  readonly exec: Exec
  readonly files: Files
  /** The folder drover lies in: packer/ is found from there. */
  readonly home: string
  /** Where bakes work, a folder each. It must outlive the runner, or a killed one's Packer could not be found again. */
  readonly workDirectory: string
  /** Folder of the scanner's content. */
  readonly contentDirectory: string
  readonly tools: PackerTool & { readonly ansiblePlaybook: string | undefined }
  /** Seconds between Packer's looks at the cloud. */
  readonly pollSeconds: number
}

export interface Bake {
  readonly context: BakeContext
  readonly request: PerformerRequest<'bake'>
  readonly family: Family
  readonly base: PinnedBase
  readonly cloud: CloudAt
  readonly mark: BakeMark
  readonly work: WorkFolder
  /** Folder of this image's evidence. */
  readonly evidence: string
}
