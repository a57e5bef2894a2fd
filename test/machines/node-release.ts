// A release of the k8s-node family in a cloud of real machines: baked by Packer, hardened by the family's own profile, and verified.

import { createBake } from '../../pipeline/bake/index.ts'
import { cacheDirectory, needTool, readTools, sessionPluginOf } from '../../pipeline/cli/tools.ts'
import type { Config, Family } from '../../pipeline/config/index.ts'
import type { Cloud } from '../../pipeline/ports/index.ts'
import type { PerformerRequest, ReleaseEvent } from '../../pipeline/release/index.ts'
import { createExec, createFiles, createSystemClock } from '../../pipeline/system/index.ts'
import { createVerify } from '../../pipeline/verify/index.ts'
import { aConfig, aFamily } from '../support/config.ts'
import { aBase, anOpening, aRelease } from '../support/factories.ts'
import { aRequest } from '../support/performer-request.ts'
import type { OwnCloud } from './own-cloud.ts'

const home = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')
const [exec, files] = [createExec(), createFiles()]

export const nodeFamily: Family = aFamily({
  name: 'workers',
  kind: 'k8s-node',
  hardening: { profileFile: `${home}/hardening/profiles/debian-13-cis-level-1-k8s-node.yaml` },
  verify: {
    bootDeadlineMs: 900_000,
    minimumScorePercent: 96,
    realBoot: 'required',
    // How fast two emulated machines are beside each other is this host's affair.
    slowerBootAtMostMs: 3_600_000,
  },
})

type Outcome<Type extends ReleaseEvent['type']> = Extract<ReleaseEvent, { readonly type: Type }>

export interface NodeRelease {
  readonly evidenceDirectory: string
  /** What was said on the way. */
  readonly said: readonly string[]
  bake(): Promise<Outcome<'bake.finished'>>
  /** `last` is done before the machines go: the judged one, a container, is at that address and takes that key. */
  verify(last: (address: string, keyFile: string) => Promise<void>): Promise<Outcome<'verify.finished'>>
}

export async function nodeRelease({ account, imageId, directory, port }: OwnCloud): Promise<NodeRelease> {
  const tools = await readTools(files, cacheDirectory(process.env))
  const { path, pluginPath } = needTool(tools, 'packer')
  const contentDirectory = needTool(tools, 'content').directory
  const evidenceDirectory = `${directory}/evidence`
  const config: Config = aConfig({
    images: { ...aConfig().images, account, runnerCidrs: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] },
    families: [nodeFamily],
  })
  const bases = [{ ...aBase, imageId, ownerAccount: account }]
  const opening = anOpening({ family: nodeFamily.name, bases })
  const release = `${nodeFamily.name}-2026.47.1`
  const events: ReleaseEvent[] = [{ type: 'bake.intended', token: 'b'.repeat(32) }]
  const said: string[] = []
  const real = { clock: createSystemClock(), evidenceDirectory, log: (line: string) => void said.push(line) }
  const sessionPlugin = sessionPluginOf(tools)
  const context = { config, cloud: port, exec, files, contentDirectory }

  return {
    evidenceDirectory,
    said,
    async bake() {
      const request = aRequest({ kind: 'bake', bases }, { release: aRelease(events, { opening, release }) })
      const performer = createBake({
        ...context,
        home,
        workDirectory: `${directory}/bake`,
        tools: { packer: path, pluginPath, sessionPlugin, ansiblePlaybook: undefined },
        pollSeconds: 1,
      })
      const finished = outcome('bake.finished', await performer({ ...request, ...real }))
      events.push(finished)
      return finished
    },
    async verify(last) {
      const request: PerformerRequest<'verify'> = {
        ...aRequest({ kind: 'verify' }, { release: aRelease(events, { opening, release }) }),
        ...real,
      }
      const workDirectory = `${directory}/verify`
      const lookAt = (address: string) => last(address, `${workDirectory}/${request.token}/x86_64/key`)
      const performer = createVerify({
        ...context,
        cloud: beforeTheyGo(port, lookAt),
        secretScanner: needTool(tools, 'gitleaks'),
        sessionPlugin,
        inProduction: async () => undefined,
        workDirectory,
      })
      return outcome('verify.finished', await performer(request))
    },
  }

  function outcome<Type extends ReleaseEvent['type']>(type: Type, [event]: readonly ReleaseEvent[]): Outcome<Type> {
    if (event?.type !== type) throw new Error(`${JSON.stringify(event)}\n${said.join('\n')}`)
    return event as Outcome<Type>
  }
}

/** What else is wanted of the judged machine is done when verification has done with it: no more machines are booted for that. */
function beforeTheyGo(cloud: Cloud, look: (address: string) => Promise<void>): Cloud {
  return {
    ...cloud,
    at(place) {
      const at = cloud.at(place)
      return {
        ...at,
        async terminate(ids) {
          const found = await at.describeInstances({ ids })
          const named = found.ok ? found.value.find(({ tags }) => tags.Name?.endsWith('-judged')) : undefined
          if (named?.privateAddress !== undefined) await look(named.privateAddress)
          return at.terminate(ids)
        },
      }
    },
  }
}
