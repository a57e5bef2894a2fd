// The whole local cloud with real machines in this process, asked through the SDK's own clients.

import { mkdtemp, rm } from 'node:fs/promises'
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { createCloud } from '../../pipeline/aws/index.ts'
import { cacheDirectory } from '../../pipeline/cli/tools.ts'
import {
  type AdminAction,
  type AdminInput,
  type AdminOutputs,
  askAdmin,
  readAccess,
  runLocalCloud,
} from '../../pipeline/localcloud/index.ts'

import type { Emulator } from '../../pipeline/localcloud/machines/virtual.ts'
import type { Cloud, CloudAt } from '../../pipeline/ports/index.ts'
import { createExec, createFiles, createRandom, createSystemClock } from '../../pipeline/system/index.ts'
import { baseRoot } from './local-machines.ts'

export interface OwnCloud {
  /** Its home account, which is asked by its own key. */
  readonly account: string
  /** The cloud's own folder, gone when it is closed. */
  readonly directory: string
  /** Drover's own way to it. */
  readonly port: Cloud
  /** The base that the local cloud itself offers, in eu-central-1. */
  readonly imageId: string
  /** As drover sees it, as the account that the cloud is of. */
  readonly cloud: CloudAt
  readonly ec2: EC2Client
  readonly autoScaling: AutoScalingClient
  readonly ssm: SSMClient
  /** What the cloud has logged. */
  readonly logged: readonly string[]
  admin<A extends AdminAction>(action: A, input: AdminInput<A>): Promise<AdminOutputs[A]>
  /** Every machine is off afterwards, and nothing of them is left. */
  close(): Promise<void>
}

/** An instance profile of that name is there: Systems Manager reaches no machine without one. */
export const profileName = 'web'
const region = 'eu-central-1'

/** With an emulator, instances of a metal type boot their image's own kernel. */
export async function openOwnCloud(id: string, emulator?: Emulator): Promise<OwnCloud> {
  const stateDirectory = await mkdtemp(`/tmp/drover-${id}-`)
  const files = createFiles()
  const rootDirectory = await baseRoot()
  const logged: string[] = []
  const [clock, random] = [createSystemClock(), createRandom()]
  const ending = new AbortController()
  const ended = runLocalCloud({
    exec: createExec(),
    files,
    clock,
    random,
    emulator,
    id,
    stateDirectory,
    cacheDirectory: `${cacheDirectory(process.env)}/packages`,
    log: (line) => logged.push(line),
    signal: ending.signal,
  })
  const close = async () => {
    ending.abort()
    await ended
    await rm(stateDirectory, { recursive: true })
  }
  const access = await Promise.race([ended, accessOnceUp()])
  if (access === undefined) throw new Error(`the cloud ended at once: ${logged.join('\n')}`)

  async function accessOnceUp() {
    for (;;) {
      const known = await readAccess(files, stateDirectory)
      if (known !== undefined) return known
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  const admin: OwnCloud['admin'] = (action, input) => askAdmin(access, action, input)
  const { account, endpoint, accessKeyId, secretAccessKey } = access
  await admin('add-instance-profile', { account, name: profileName, role: profileName })
  const { images } = await admin('seed-image', { owner: account, name: 'debian-13', regions: [region], rootDirectory })
  const keys = { accessKeyId, secretAccessKey }
  const configuration = { region, endpoint, credentials: keys }
  return {
    account,
    directory: stateDirectory,
    port: createCloud({ clock, random, sessionName: 'test', endpoint, credentials: async () => keys }),
    imageId: images[region] ?? '',
    cloud: createCloud({
      clock: createSystemClock(),
      random: createRandom(),
      sessionName: 'test',
      endpoint,
      credentials: async () => ({ accessKeyId, secretAccessKey }),
    }).at({ account, region }),
    ec2: new EC2Client(configuration),
    autoScaling: new AutoScalingClient(configuration),
    ssm: new SSMClient(configuration),
    logged,
    admin,
    close,
  }
}
