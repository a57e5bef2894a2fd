// A proof that bakes, a local cloud playing AWS: what it makes is tagged, counted and torn down, and what it found is told.

import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tearDownProof } from '../../pipeline/cli/prove.ts'
import type { TaggedResource } from '../../pipeline/ports/index.ts'
import { acme, bakeOf, eks, openStage, plannedFor, small } from './baking.ts'
import { openSandbox, plan, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox()
})
afterEach(() => sandbox.close())

const noted = () => sandbox.noted.join('\n')

describe('a proof that bakes', { timeout: 240_000 }, () => {
  test('tags all it makes, tells the verdict and where the evidence is, and leaves nothing', async () => {
    const seen: TaggedResource[] = []
    const stage = await openStage(sandbox, 'succeeds', async () => {
      const tagged = seen.length > 0 ? undefined : await sandbox.at.taggedResources('drover:purpose')
      if (tagged?.ok) seen.push(...tagged.value)
      return { stderr: 'Permission denied (publickey).\n' }
    })
    expect(await sandbox.prove(stage.wish), noted()).toBe(3)
    expect(await sandbox.leftovers()).toEqual([])

    // By what Packer is told: of its template these are the tags of everything it makes.
    const told = JSON.parse(await readFile(`${stage.directory}/made`, 'utf8'))
    expect(told).toMatchObject({
      instance_type: 't3.medium',
      kms_key_id: null,
      subnet_id: null,
      bake_tags: { 'drover:proof': plan.id, 'drover:purpose': 'bake' },
      image_tags: { 'drover:proof': plan.id, 'drover:purpose': 'image' },
    })
    const types = seen.filter(({ value }) => value === 'verify').map(({ type }) => type)
    expect([...new Set(types)].sort()).toEqual(['instance', 'key-pair', 'security-group', 'volume'])

    const release = /what was found out about (steady-\S+):/.exec(noted())?.[1]
    const evidence = `${sandbox.directory}/aws/evidence/${release}`
    expect(noted()).toMatch(/the release was refused, and went no further: SSH with the launch’s key: no login/)
    expect(noted()).toMatch(/score {5}\d+\.\d % \(\d+ of \d+\) before hardening, \d+\.\d % .* after/)
    expect(noted()).toMatch(/verdict {3}refuse\n {4}- SSH with the launch’s key: no login.*\n {4}- no login, so no scan/)
    expect(noted()).toContain(`evidence  ${evidence}`)
    for (const file of ['bake/x86_64/packer.log', 'bake/x86_64/packages.tsv', 'verify/probes.json'])
      expect(existsSync(`${evidence}/${file}`), file).toBe(true)

    // What made and tried the image stands apart from what the local cloud does too.
    const actionsOf = async (trace: string) => await readFile(`${sandbox.directory}/${trace}`, 'utf8')
    expect(await actionsOf('aws.image.trace.jsonl')).toContain('"ImportKeyPair"')
    expect(await actionsOf('aws.trace.jsonl')).not.toMatch(/"(ImportKeyPair|RunInstances)"/)
  })

  test('and fails says why, and leaves nothing, though Packer left everything', async () => {
    const stage = await openStage(sandbox, 'fails')
    expect(await sandbox.prove(stage.wish)).toBe(1)
    expect(noted()).toContain('the proof ended early: the bake failed: 10-web.sh ended with exit code 3: no licence')
    expect(noted()).toMatch(/bake {6}failed: 10-web.sh/)
    expect(await sandbox.leftovers()).toEqual([])
  })

  test('and is killed meanwhile: the teardown finds Packer’s machine, key and security group', async () => {
    const stage = await openStage(sandbox, 'fails')
    sandbox.onRequest = () => {
      if (existsSync(`${stage.directory}/made`)) throw new TypeError('killed')
    }
    expect(await sandbox.prove(stage.wish)).toBe(1)
    sandbox.onRequest = () => undefined
    const left = (await sandbox.leftovers()).join('\n')
    expect(left).toMatch(/^key-pair key-/m)
    expect(left).toMatch(/^security-group sg-/m)
    expect(
      await tearDownProof(sandbox.options, plan, { note: () => undefined, print: () => undefined, printJson: () => undefined }),
    ).toBe(0)
    expect(await sandbox.leftovers()).toEqual([])
  })

  test('ends at the ceiling in the middle of a bake, Packer with it', async () => {
    const stage = await openStage(sandbox, 'succeeds')
    await writeFile(`${stage.directory}/hold`, '')
    let isLate = false
    sandbox.onRequest = () => {
      if (isLate || !existsSync(`${stage.directory}/made`)) return
      isLate = true
      sandbox.clock.advance(8 * 3_600_000)
    }
    expect(await sandbox.prove({ ...stage.wish, ceilingUsd: 1.5 })).toBe(1)
    expect(noted()).toMatch(/ended early: \d+\.\d\d USD with the teardown to come is more than the ceiling of 1\.50 USD/)
    expect(noted()).toMatch(/bake {6}not finished/)
    expect(await sandbox.leftovers()).toEqual([])
  })
})

describe('before anything is made', () => {
  const dry = async (bake: Awaited<ReturnType<typeof bakeOf>>) => sandbox.prove({ bake, plan: plannedFor(bake), dryRun: true })

  test('a dry run tells what would be baked, where, and what that costs beyond a copy', async () => {
    const costOf = () => Number(/about (\d+\.\d\d) USD: a guess/.exec(noted())?.[1])
    await sandbox.prove({ dryRun: true })
    const copied = costOf()
    sandbox.noted.length = 0
    expect(await dry(await bakeOf(small))).toBe(0)
    expect(noted()).toMatch(
      /image: steady, baked by Packer on ami-\w+ \(debian-13-amd64-1\) and verified, on t3.medium that the runner reaches by private addresses/,
    )
    expect(costOf()).toBeGreaterThan(copied + 2 * 0.0672)
  })

  test('a node’s base comes from its parameter, and of an account that may own it', async () => {
    const publish = async (owner: string, date: string) => {
      const name = `amazon-eks-node-al2023-x86_64-standard-1.33-v${date}`
      const regions: ['eu-central-1'] = ['eu-central-1']
      const published = { kubernetes: '1.33', releaseVersion: `1.33.5-${date}` }
      await sandbox.local.admin.call('seed-image', { owner, name, regions, rootDirectory: `/${date}`, eks: published })
    }
    const bake = await bakeOf(eks, { family: 'nodes', instanceType: undefined, instanceProfile: 'nodes' })
    await publish('602401143452', '20251112')
    expect(await dry(bake)).toBe(0)
    expect(noted()).toMatch(
      /nodes, baked by Packer on ami-\w+ \(amazon-eks-node-al2023-x86_64-standard-1.33-v20251112\).*on m6i.large/,
    )
    await publish('999999999999', '20251212')
    await expect(dry(bake)).rejects.toThrow('it belongs to account 999999999999, not to 602401143452')
  })

  test('owners of EKS’s images are those of the region that is proven in', async () => {
    const place = { ...plan.place, region: 'eu-south-1' }
    const { family } = await bakeOf(eks, { family: 'nodes', place, instanceProfile: 'nodes' })
    expect(family.bases).toMatchObject([{ ownerAccounts: ['590381155156', '602401143452'] }])
  })

  test.each([
    ['a family that is not there', small, { family: 'shop' }, /no family shop.*it has steady, full-disk, broken, stranger/s],
    ['public addresses, and nobody said whose', small, { reach: 'public' }, /--runners 203.0.113.7\/32/],
    ['a node without a role', eks, { family: 'nodes' }, /nodeadm asks EC2 about its machine .*--instance-profile NAME/s],
    [
      'sessions, and no role',
      eks,
      { family: 'nodes', reach: 'ssm' },
      /the SSM agent has to open .*nodeadm asks.*--instance-profile NAME/s,
    ],
    ['sessions into Debian’s own image', acme, { family: 'web', reach: 'ssm', instanceProfile: 'web' }, /no SSM agent/],
    ['agents that enrol, and no role', acme, { family: 'web' }, /enrols with parameters \(ssm:GetParameter\)/],
  ] as const)('refused: %s', async (_, file, over, why) => {
    await expect(bakeOf(file, over)).rejects.toThrow(why)
  })

  test('refused: a build machine whose price is not known', async () => {
    await expect(dry(await bakeOf(small, { instanceType: 'p5.48xlarge' }))).rejects.toThrow(
      /what a p5.48xlarge costs is not known.*: --build-type/s,
    )
  })

  test('refused: public addresses in a network that gives none', async () => {
    const bake = await bakeOf(small, { reach: 'public', runnerCidrs: ['203.0.113.7/32'] })
    await expect(dry(bake)).rejects.toThrow(/subnet-\w+ gives its machines no public addresses.*--reach private/s)
  })

  test('refused: an account that has images of the family, or not the parameters its agents enrol with', async () => {
    const copied = await sandbox.at.copyImage({
      sourceImageId: (await needBase()).id,
      sourceRegion: plan.place.region,
      name: 'drover-steady-2026.47.1-x86-64',
      description: 'of a real release',
      tags: {},
      clientToken: 'x'.repeat(32),
    })
    expect(copied.ok).toBe(true)
    await expect(dry(await bakeOf(small))).rejects.toThrow(/has images of family steady .*drover-steady-2026.47.1-x86-64/)
    const enrolling = await bakeOf(acme, { family: 'web', instanceProfile: 'web' })
    await expect(dry(enrolling)).rejects.toThrow(/enrols with \/\S+ of 123456789012/)
  })

  async function needBase() {
    const found = await sandbox.at.findImages({ owners: ['136693071363'] })
    const [base] = found.ok ? found.value : []
    if (base === undefined) throw new Error('no base was seeded')
    return base
  }
})
