// The local cloud as the daemon runs it (its own process, its state on disk), with simulated machines. Prints one line of JSON, and ends with its input.

import { createSimulatedMachines, startLocalCloud } from '../../../pipeline/localcloud/index.ts'
import { createFiles, createRandom, createSystemClock } from '../../../pipeline/system/index.ts'

const directory = process.argv[2] ?? ''
const network = { cidr: '10.128.0.0/12', firstAddress: '10.128.0.4', lastAddress: '10.143.255.250', gateway: '10.128.0.1' }
const cloud = await startLocalCloud({
  clock: createSystemClock(),
  random: createRandom(),
  machines: (now) => createSimulatedMachines({ now, bootMs: 0, network }),
  storage: { files: createFiles(), directory },
  log: (line) => process.stderr.write(`${line}\n`),
})
const account = cloud.credentials.account
const imageIds: string[] = []
process.stdout.write(`${JSON.stringify({ endpoint: cloud.endpoint, ...cloud.credentials, token: cloud.adminToken })}\n`)
process.stdin.on('data', async (data) => {
  // `seed N`: that many images of the account.
  for (const [, count] of data.toString().matchAll(/seed (\d+)/g)) {
    while (imageIds.length < Number(count)) {
      const name = `image-${imageIds.length}`
      const { images } = await cloud.admin.call('seed-image', {
        owner: account,
        name,
        regions: ['eu-central-1'],
        rootDirectory: '/base',
      })
      imageIds.push(images['eu-central-1'] ?? '')
    }
    process.stdout.write(`${JSON.stringify({ imageIds })}\n`)
  }
})
process.stdin.on('end', async () => {
  await cloud.close()
  process.exit(0)
})
