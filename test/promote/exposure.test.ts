import { expect, test } from 'vitest'
import { createExposure } from '../../pipeline/promote/index.ts'
import { aRelease, aStage, aTarget } from '../support/factories.ts'
import { intentEventOf, successOf } from '../support/outcomes.ts'
import { aRequest } from '../support/performer-request.ts'
import { refusedBy, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'

const stage = aStage('dev', { waves: [{ name: 'all', groups: [aTarget('eu-central-1/web')] }] })
const bake = { kind: 'bake', bases: [{ architecture: 'x86_64' }] } as never
const image = (successOf(bake, 'a'.repeat(32))[0] as { images: readonly { imageId: string }[] }).images[0]?.imageId as string

async function machinesCounted(images: readonly string[], answers = true) {
  const instance = { zone: 'a', lifecycle: 'InService', healthy: true, protectedFromScaleIn: false, weight: 1 }
  const instances = images.map((_, index) => ({ ...instance, id: `i-${index}` }))
  const machines = images.map((imageId, index) => ({ id: `i-${index}`, imageId, privateAddress: '10.0.0.1' }))
  const cloud = scriptedCloud(() => ({
    describeGroups: async () => (answers ? succeeded([{ name: 'web', instances } as never]) : refusedBy('denied', 'not yours')),
    describeInstances: async () => succeeded(machines as never),
  }))
  const release = aRelease([intentEventOf(bake, 't'), ...successOf(bake, 'a'.repeat(32))].flatMap((event) => event ?? []))
  return createExposure({ cloud })({ ...aRequest<'measure-exposure'>({ kind: 'measure-exposure', stage }), release })
}

test('machines that run the image are counted, and no others', async () => {
  const counted = await machinesCounted([image, 'ami-other', image])
  expect(counted).toEqual([{ type: 'exposure.measured', stage: 'dev', machines: 2 }])
})

test('a stage that cannot be seen has none', async () => {
  expect(await machinesCounted([image], false)).toEqual([{ type: 'exposure.measured', stage: 'dev', machines: 0 }])
})
