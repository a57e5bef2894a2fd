// Layers on this machine's disk: adopted roots, kept upper layers, and which machines still need which.

import { assert } from '../../kernel/index.ts'
import type { Exec, Files } from '../../ports/index.ts'
import type { MachineOutcome } from './types.ts'

/** The kernel stacks 500; the option string must stay under one page. */
const mostLayers = 100

export interface LayerStore {
  /** Relative to the state directory. */
  path(layerId: string): string
  adopt(layerId: string, rootDirectory: string): Promise<MachineOutcome>
  /** Keeps a copy of a folder, whiteouts, attributes and all. */
  keep(layerId: string, directory: string): Promise<MachineOutcome>
  /** Removed at once, or with the last machine that stands on it. */
  remove(layerId: string): Promise<void>
  removeUnused(): Promise<void>
  bytes(layerId: string): Promise<number>
  /** Says which machine stands on which layers from now on. */
  claim(machineId: string, layerIds: readonly string[]): Promise<MachineOutcome>
}

export function createLayerStore(exec: Exec, files: Files, stateDirectory: string): LayerStore {
  const path = (layerId: string) => `layers/${checked(layerId)}`
  const full = (layerId: string) => `${stateDirectory}/${path(layerId)}`
  const claimFile = (machineId: string) => `${stateDirectory}/machines/${machineId}/layers.json`
  const retired = `${stateDirectory}/retired-layers`

  async function claimed(): Promise<ReadonlySet<string>> {
    const lists: string[][] = []
    for (const machineId of await files.list(`${stateDirectory}/machines`)) {
      const text = await files.readText(claimFile(machineId))
      if (text !== undefined) lists.push(JSON.parse(text) as string[])
    }
    return new Set(lists.flat())
  }

  async function removeUnused(): Promise<void> {
    const waiting = await files.list(retired)
    if (waiting.length === 0) return
    const needed = await claimed()
    for (const layerId of waiting.filter((each) => !needed.has(each))) {
      await files.remove(full(layerId))
      await files.remove(`${retired}/${layerId}`)
    }
  }

  return {
    path,
    async adopt(layerId, rootDirectory) {
      if ((await files.kind(rootDirectory)) !== 'directory') return failure(`there is no folder ${rootDirectory}`)
      await files.makeDirectory(`${stateDirectory}/layers`)
      const linked = await exec.run({ argv: ['ln', '-sfnT', rootDirectory, full(layerId)] })
      return linked.ok ? { ok: true } : failure(linked.message)
    },
    async keep(layerId, directory) {
      await files.makeDirectory(`${stateDirectory}/layers`)
      if ((await files.kind(full(layerId))) !== 'missing') return failure(`there is a layer ${layerId} already`)
      const half = `${full(layerId)}.half`
      await files.remove(half)
      const copied = await exec.run({ argv: ['cp', '-a', '--reflink=auto', '-T', directory, half] })
      const named = copied.ok ? await exec.run({ argv: ['mv', '-T', half, full(layerId)] }) : copied
      if (named.ok) return { ok: true }
      await files.remove(half)
      return failure(named.message)
    },
    async remove(layerId) {
      if ((await files.kind(full(layerId))) === 'missing') return
      await files.write(`${retired}/${checked(layerId)}`, '')
      await removeUnused()
    },
    removeUnused,
    async bytes(layerId) {
      const measured = await exec.run({ argv: ['du', '-sxDB1', full(layerId)] })
      assert(measured.ok, `layer ${layerId} could not be measured: ${measured.message}`)
      return Number.parseInt(measured.stdout, 10)
    },
    async claim(machineId, layerIds) {
      if (layerIds.length === 0) return failure('a machine needs at least one layer')
      if (layerIds.length > mostLayers) return failure(`${layerIds.length} layers: more than ${mostLayers} cannot be stacked`)
      for (const layerId of layerIds) {
        if ((await files.kind(full(layerId))) !== 'directory') return failure(`there is no layer ${layerId}`)
      }
      await files.write(claimFile(machineId), JSON.stringify(layerIds))
      return { ok: true }
    },
  }
}

/** Colons and commas would end an entry of the overlay's option string; a slash would leave the folder. */
function checked(layerId: string): string {
  assert(/^[A-Za-z0-9_-]+$/.test(layerId), `not a layer's ID: ${layerId}`)
  return layerId
}

function failure(message: string): MachineOutcome {
  return { ok: false, message }
}
