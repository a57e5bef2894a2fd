// `drover cloud up|down|status`: the local cloud by itself.

import { exitCode } from '../../kernel/index.ts'
import { askAdmin } from '../../localcloud/index.ts'
import { createExec, createFiles, createSystemClock } from '../../system/index.ts'
import { type CommandSpec, optionFlag } from '../command.ts'
import { configOption, rehearsedConfigOf } from '../invocation.ts'
import { cloudDown as endCloud } from '../local-cloud.ts'
import { cloudDirectoryOf, rehearsalAccess, rehearsalWorkspace } from '../rehearsal-workspace.ts'
import { openRehearsalWorld } from '../rehearsal-world.ts'
import { table } from '../terminal.ts'

export const cloudUp: CommandSpec = {
  summary: 'start the local cloud with the configuration’s groups; boots what was running, same disks and addresses',
  options: [configOption],
  examples: ['drover cloud up --config docs/examples/acme/drover.yaml'],
  async run(invocation) {
    const { output, json, signal } = invocation
    const world = await openRehearsalWorld(await rehearsedConfigOf(invocation), output, signal)
    if (json) output.printJson({ endpoint: world.access.endpoint })
    else for (const line of world.howToLookAround()) output.print(line)
    return exitCode.done
  },
}

export const cloudDown: CommandSpec = {
  summary: 'power its machines off and end it; disks, addresses and state stay',
  options: [{ flags: '--destroy', description: 'remove the disks and the state too' }],
  async run(invocation) {
    const files = createFiles()
    const directory = cloudDirectoryOf(rehearsalWorkspace())
    await endCloud({ exec: createExec(), files, clock: createSystemClock() }, directory)
    if (optionFlag(invocation, 'destroy')) await files.remove(directory)
    if (invocation.json) invocation.output.printJson({ running: false })
    else invocation.output.print('the local cloud is down')
    return exitCode.done
  },
}

export const cloudStatus: CommandSpec = {
  summary: 'its machines, groups and addresses',
  async run({ output, json }) {
    const { access } = await rehearsalAccess(createExec(), createFiles(), rehearsalWorkspace())
    const status = await askAdmin(access, 'status', {})
    if (json) {
      output.printJson({ endpoint: access.endpoint, ...status })
      return exitCode.done
    }
    output.print(`endpoint ${access.endpoint}, its clock ${new Date(status.now).toISOString()}, egress ${status.egress}`)
    const groups = status.groups.map(({ account, region, name, inService, desired }) => [
      account,
      region,
      name,
      `${inService} of ${desired} in service`,
    ])
    const machines = status.instances
      .filter(({ state }) => state !== 'terminated')
      .map(({ account, region, id, state, address, imageId }) => [account, region, id, state, address, imageId])
    for (const line of table([['ACCOUNT', 'REGION', 'GROUP', ''], ...groups])) output.print(line)
    for (const line of table([['ACCOUNT', 'REGION', 'INSTANCE', 'STATE', 'ADDRESS', 'IMAGE'], ...machines])) output.print(line)
    return exitCode.done
  },
}
