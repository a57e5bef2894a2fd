// One image, with a real program in Packer's place: made, failed, interrupted, and taken up again by another runner.

import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bakeImage, type ImageOutcome } from '../../pipeline/bake/bake-image.ts'
import type { Bake } from '../../pipeline/bake/context.ts'
import { createBake } from '../../pipeline/bake/create-bake.ts'
import { removeWork, workFolderAt } from '../../pipeline/bake/work-folder.ts'
import type { Clock, CloudAt, CloudOutcome, MachineImage, MachineInstance } from '../../pipeline/ports/index.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { aConfig, aFamily } from '../support/config.ts'
import { aRelease } from '../support/factories.ts'
import { anImage, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'

const root = new URL('../..', import.meta.url).pathname.replace(/\/$/, '')
const cache = process.env.DROVER_CACHE ?? `${process.env.XDG_CACHE_HOME || `${process.env.HOME}/.cache`}/drover`
const token = '00112233445566778899aabbccddeeff'

let directory: string
let cloud: string
let log: string[]
let lent: string[]

beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-bake-test-')
  cloud = `${directory}/cloud`
  log = []
  lent = []
  await createFiles().write(`${cloud}/mode`, 'succeeds')
})
afterEach(async () => {
  await removeWork(workFolderAt(`${directory}/work`), createFiles())
  await rm(directory, { recursive: true })
})

describe('a bake', () => {
  test('ends with the image, its evidence and nothing else', async () => {
    expect(await bakeImage(await aBake())).toMatchObject({ ok: true, image: { id: 'ami-00000000000000001' } })
    expect(await present()).toEqual(['image'])
    expect((await readdir(`${directory}/evidence`)).sort()).toEqual(['image.json', 'packages.tsv', 'packer.log'])
    expect(log).toContain('Launching a source AWS instance...')
    expect(lent).toEqual(['anew', 'ended'])
  })

  test('tells of a newer release of the distribution than the image is at', async () => {
    const releases = { before: '2023.8.20250818', after: '2023.9.20250929', newer: '2023.10.20260105' }
    for (const [name, release] of Object.entries(releases)) await writeFile(`${cloud}/release-${name}.txt`, `${release}\n`)
    expect(await bakeImage(await aBake())).toMatchObject({ ok: true })
    expect(log).toContain('The release 2023.10.20260105 of the distribution is out, and the image is at 2023.9.20250929.')
    expect(await readFile(`${directory}/evidence/release-after.txt`, 'utf8')).toBe('2023.9.20250929\n')
  })

  test('that fails says why and leaves nothing, though Packer left everything', async () => {
    await writeFile(`${cloud}/mode`, 'fails')
    expect(await bakeImage(await aBake())).toEqual({ ok: false, cause: '10-web.sh ended with exit code 3: no licence' })
    expect(await present()).toEqual([])
    expect(await readFile(`${directory}/evidence/packer.log`, 'utf8')).toContain('no licence')
  })

  test('whose machine the cloud ended says what the cloud gave as the reason, and not what Packer itself asked for', async () => {
    await writeFile(`${cloud}/mode`, 'fails')
    const outcomes: ImageOutcome[] = []
    for (const reason of [
      'Client.InternalError: Client error on launch',
      'Client.UserInitiatedShutdown: User initiated shutdown',
    ]) {
      await writeFile(`${cloud}/reason`, reason)
      outcomes.push(await bakeImage(await aBake()))
    }
    expect(outcomes).toEqual([
      { ok: false, cause: '10-web.sh ended with exit code 3: no licence (Client.InternalError: Client error on launch)' },
      { ok: false, cause: '10-web.sh ended with exit code 3: no licence' },
    ])
  })

  test('does not begin on a base that is not the pinned owner’s any more', async () => {
    const bake = await aBake()
    const outcome = await bakeImage({ ...bake, base: { ...bake.base, ownerAccount: '999999999999' } })
    expect(outcome).toMatchObject({ ok: false, cause: expect.stringContaining('belongs to 136693071363, not to 999999999999') })
    expect(await starts()).toBe(0)
  })
})

describe('the performer', () => {
  test('makes an event of a failed bake, and no folder stays', async () => {
    await writeFile(`${cloud}/mode`, 'fails')
    const { context, request } = await aBake()
    const events = await createBake(context)(request)
    expect(events).toEqual([{ type: 'bake.failed', cause: '10-web.sh ended with exit code 3: no licence' }])
    expect(await createFiles().kind(`${directory}/${token}-x86_64`)).toBe('missing')
  })

  test('one architecture that fails takes the finished image of the other with it', async () => {
    const { context, request, base } = await aBake()
    const lost = { ...base, architecture: 'arm64', ownerAccount: '999999999999' } as const
    const events = await createBake(context)({ ...request, action: { kind: 'bake', bases: [base, lost] } })
    expect(events).toMatchObject([{ type: 'bake.failed', cause: expect.stringContaining('not to 999999999999 as pinned') }])
    expect(await present()).toEqual([])
  })
})

describe('interrupted', () => {
  test.each(['succeeds', 'stubborn'])('Packer (%s) is ended and nothing is left', async (mode) => {
    await writeFile(`${cloud}/mode`, mode)
    await writeFile(`${cloud}/hold`, '')
    const stop = new AbortController()
    const baking = bakeImage(await aBake({ signal: stop.signal }))
    await untilStarted(1)
    stop.abort(new Error('the user wants to go home'))
    await expect(baking).rejects.toThrow('the user wants to go home')
    expect(await present()).toEqual([])
    expect(await createFiles().kind(`${directory}/work`)).toBe('missing')
    expect(lent).toEqual(['anew', 'ended'])
  })
})

describe('taken up by another runner', () => {
  test('while Packer is at work: followed, not started again', async () => {
    await writeFile(`${cloud}/hold`, '')
    const abandoned = bakeImage(await aBake())
    await untilStarted(1)
    const taken = bakeImage(await aBake({ resumed: true }))
    await rm(`${cloud}/hold`)
    const outcomes: ImageOutcome[] = [await taken, await abandoned]
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true])
    expect(lent.slice(0, 2)).toEqual(['anew', 'again'])
    expect(log.join('\n')).toMatch(/Packer \(pid \d+\) is still at work: following it/)
    expect(await starts()).toBe(1)
  })

  test('after Packer has finished the image: adopted', async () => {
    await bakeImage(await aBake())
    await writeFile(`${cloud}/key-pair`, '')
    expect(await bakeImage(await aBake({ resumed: true }))).toMatchObject({ ok: true, image: { id: 'ami-00000000000000001' } })
    expect(await starts()).toBe(1)
    expect(await present()).toEqual(['image'])
  })

  test('after Packer was killed with the image half made: swept, then baked once more', async () => {
    await writeFile(`${cloud}/mode`, 'half-made')
    const failed = await bakeImage(await aBake())
    expect(failed).toEqual({
      ok: false,
      cause: 'Packer ended without saying why; the last it did: Launching a source AWS instance...',
    })
    await writeFile(`${cloud}/image`, 'pending')
    await writeFile(`${cloud}/mode`, 'succeeds')
    expect(await bakeImage(await aBake({ resumed: true }))).toMatchObject({ ok: true })
    expect(await starts()).toBe(2)
    expect(await present()).toEqual(['image'])
  })

  test('after the release has been superseded: swept, and not baked again', async () => {
    await writeFile(`${cloud}/key-pair`, '')
    const bake = await aBake({ resumed: true })
    const { release } = bake.request
    const ending = { kind: 'superseded', moment: release.openedAt, by: 'web-2026.47.2' } as const
    const outcome = await bakeImage({ ...bake, request: { ...bake.request, release: { ...release, ending } } })
    expect(outcome).toEqual({ ok: false, cause: 'the bake was interrupted, and the release has ended since' })
    expect(await present()).toEqual([])
    expect(await starts()).toBe(0)
  })

  test('on a machine without the evidence: the image can’t be adopted, and goes', async () => {
    await bakeImage(await aBake())
    await rm(`${directory}/evidence`, { recursive: true })
    await removeWork(workFolderAt(`${directory}/work`), createFiles())
    expect(await bakeImage(await aBake({ resumed: true }))).toMatchObject({ ok: true })
    expect(await starts()).toBe(2)
  })
})

/** What is in the cloud, by kind. */
async function present(): Promise<string[]> {
  return (await readdir(cloud)).filter((name) => !['mode', 'starts', 'hold'].includes(name)).sort()
}

async function starts(): Promise<number> {
  return ((await createFiles().readText(`${cloud}/starts`)) ?? '').split('start').length - 1
}

async function untilStarted(count: number): Promise<void> {
  while ((await starts()) < count) await clock.pause(20)
}

/** Waits a hundredth of the time, and says it was all of it. */
const clock: Clock = (() => {
  let skippedMs = 0
  const now = (): number => Date.now() + skippedMs
  return {
    now,
    wallNow: now,
    pause: async (pauseMs, signal) => {
      signal?.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, pauseMs / 100))
      skippedMs += pauseMs
    },
    idleUntil: async () => undefined,
  }
})()

async function aBake({ resumed = false, signal = new AbortController().signal } = {}): Promise<Bake> {
  const files = createFiles()
  const images = { ...aConfig().images, runnerCidrs: ['10.0.0.0/8'] }
  const base = {
    architecture: 'x86_64',
    imageId: 'ami-0123456789abcdef0',
    name: 'debian-13-amd64-20261101',
    ownerAccount: '136693071363',
    createdAt: '2026-11-01T00:00:00.000Z',
  } as const
  const { content } = JSON.parse(await readFile(`${cache}/tools.json`, 'utf8'))
  await chmod(`${root}/test/bake/play-packer.sh`, 0o755)
  const family = aFamily({ hardening: { profileFile: `${root}/docs/examples/acme/hardening/cis-level1-server.yaml` } })
  return {
    context: {
      config: aConfig({ images, families: [family] }),
      cloud: {
        ...scriptedCloud(() => playedCloud()),
        lend: async (_, lease) => {
          lent.push(lease ? 'again' : 'anew')
          const end = async () => void lent.push('ended')
          return succeeded({ environment: { PLAYED_CLOUD: cloud }, lease: { port: 1, token: 'secret-of-the-lease' }, end })
        },
      },
      exec: createExec(),
      files,
      home: root,
      workDirectory: directory,
      contentDirectory: content.directory,
      tools: {
        packer: `${root}/test/bake/play-packer.sh`,
        pluginPath: directory,
        sessionPlugin: 'session-manager-plugin',
        ansiblePlaybook: undefined,
      },
      pollSeconds: 1,
    },
    request: {
      release: aRelease(),
      action: { kind: 'bake', bases: [base] },
      token,
      resumed,
      runner: 'ada@example',
      clock,
      signal,
      log: (line) => log.push(line),
      record: async () => undefined,
      evidenceDirectory: directory,
    },
    family,
    base,
    cloud: scriptedCloud(() => playedCloud()).at(images),
    mark: { token, architecture: 'x86_64', releaseId: 'web-2026.47.1' },
    work: workFolderAt(`${directory}/work`),
    evidence: `${directory}/evidence`,
  }
}

/** The cloud as the bake room sees it: what is there is what files there are. */
function playedCloud(): Partial<CloudAt> {
  const files = createFiles()
  const exists = async (name: string): Promise<boolean> => (await files.kind(`${cloud}/${name}`)) === 'file'
  const removal = async (name: string): Promise<CloudOutcome<void>> => {
    await files.remove(`${cloud}/${name}`)
    return succeeded(undefined)
  }
  const found = async <T>(name: string, thing: T): Promise<CloudOutcome<readonly T[]>> =>
    succeeded((await exists(name)) ? [thing] : [])
  const baked = async (): Promise<MachineImage> =>
    anImage({
      state: (await files.readText(`${cloud}/image`))?.trim() === 'available' ? 'available' : 'pending',
      imdsSupport: 'v2.0',
      tags: { 'drover:purpose': 'image' },
    })
  const instance = async (): Promise<MachineInstance> => {
    const stateReason = await files.readText(`${cloud}/reason`)
    return {
      id: 'i-1',
      imageId: 'ami-1',
      state: stateReason === undefined ? 'running' : 'shutting-down',
      launchedAt: '2026-11-22T06:00:00Z',
      tags: {},
      ...(stateReason === undefined ? {} : { stateReason }),
    }
  }
  return {
    describeImage: async (id) =>
      succeeded(id === 'ami-0123456789abcdef0' ? anImage({ id, ownerAccount: '136693071363' }) : await baked()),
    findImages: async () => found('image', await baked()),
    discardImage: () => removal('image'),
    describeInstances: async () => found('instance', await instance()),
    terminate: () => removal('instance'),
    findKeyPairs: () => found('key-pair', { id: 'key-1', name: 'drover' }),
    deleteKeyPair: () => removal('key-pair'),
    findSecurityGroups: () => found('security-group', { id: 'sg-1', name: 'drover' }),
    deleteSecurityGroup: () => removal('security-group'),
    findVolumes: () => found('volume', { id: 'vol-1', state: 'available' }),
    deleteVolume: () => removal('volume'),
  }
}
