// Real and simulated machines in one cloud: each goes where its spec says, and whoever asks for it later need not know.

import type { MachineSpec, Machines } from './types.ts'

/** Layers are the real machines'; the simulated ones stand on any. */
export function createMixedMachines(real: Machines, simulated: Machines): Machines {
  const pretended = new Set<string>()
  const of = (id: string) => (pretended.has(id) ? simulated : real)

  async function toStart(spec: MachineSpec): Promise<Machines> {
    if (spec.kernel !== 'simulated') return real
    pretended.add(spec.id)
    for (const layer of spec.layers) await simulated.adoptLayer(layer, '')
    return simulated
  }

  return {
    network: real.network,
    start: async (spec) => (await toStart(spec)).start(spec),
    reboot: async (spec) => (await toStart(spec)).reboot(spec),
    stop: (id) => of(id).stop(id),
    kill: (id) => of(id).kill(id),
    destroy: (id) => of(id).destroy(id),
    running: async () => (await Promise.all([real.running(), simulated.running()])).flat(),
    reachable: (id) => of(id).reachable(id),
    healthCheck: (id, question) => of(id).healthCheck(id, question),
    setFirewall: (id, firewall) => of(id).setFirewall(id, firewall),
    async captureLayer(id, layerId) {
      if (!pretended.has(id)) return real.captureLayer(id, layerId)
      return { ok: false, message: `${id} is simulated and has no disk: images are made of real machines` }
    },
    adoptLayer: (layerId, rootDirectory) => real.adoptLayer(layerId, rootDirectory),
    async removeLayer(layerId) {
      await Promise.all([real.removeLayer(layerId), simulated.removeLayer(layerId)])
    },
    layerBytes: (layerId) => real.layerBytes(layerId),
    run: (id, script, timeoutMs) => of(id).run(id, script, timeoutMs),
    unitActive: (id, unit) => of(id).unitActive(id, unit),
    connect: (id, port) => of(id).connect(id, port),
    console: (id) => of(id).console(id),
    async close() {
      await Promise.all([real.close(), simulated.close()])
    },
    async sweep() {
      await Promise.all([real.sweep(), simulated.sweep()])
    },
  }
}
