// `drover status`: where every release and every group stands, read off the ledger.

import type { GroupStatus } from '../../conductor/index.ts'
import { exitCode } from '../../kernel/index.ts'
import { describeGroup, describeScope } from '../../release/index.ts'
import type { CommandSpec } from '../command.ts'
import { describeDrill } from '../drill-view.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { describeDecision } from '../plan.ts'
import { describeEnd } from '../projected-end.ts'
import { printable, table } from '../terminal.ts'

export const status: CommandSpec = {
  summary: 'where every release and group stands',
  options: [...placeOptions],
  examples: ['drover status', 'drover status --rehearsal --json'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const { releases, groups, holds, takenBack, revoked } = await drover.status()
    const drills = await drover.drills()
    if (invocation.json) {
      invocation.output.printJson({
        releases: releases.map(({ release, state, next, timeline, projection }) => ({
          release: release.id,
          family: release.family,
          lane: release.lane,
          drill: release.drill,
          reason: release.reason,
          openedBy: release.openedBy,
          openedAt: new Date(release.openedAt.at).toISOString(),
          rehearsal: release.rehearsal,
          config: release.config,
          state,
          next,
          timeline,
          ...(projection && { projection }),
        })),
        groups,
        holds,
        takenBack,
        revoked,
        drills,
      })
      return exitCode.done
    }
    for (const { revocation, groups: on } of revoked) {
      const where = on.length > 0 ? `still on ${on.map(describeGroup).join(', ')}` : 'on no group drover knows of'
      const { releaseId, by, reason, since } = revocation
      invocation.output.print(printable(`revoked: ${releaseId}, since ${since.slice(0, 16)} by ${by}: ${reason}; ${where}`))
    }
    for (const { scope, by, reason, since } of holds) {
      invocation.output.print(`held: ${describeScope(scope)}, since ${since.slice(0, 16)} by ${by}: ${reason}`)
    }
    for (const { family, to, since, by, reason, lost } of takenBack) {
      const day = new Date(since).toISOString().slice(0, 16)
      const without = lost.length > 0 ? `; without ${lost.join(', ')}` : ''
      invocation.output.print(`taken back: ${family} to ${to}, since ${day} by ${by}: ${reason}${without}; release it anew`)
    }
    if (holds.length + takenBack.length + revoked.length > 0) invocation.output.print('')
    if (releases.length === 0) {
      invocation.output.print('the ledger is empty: no release has been opened')
      return exitCode.done
    }
    const releaseRows = releases.map(({ release, state, next }) => [
      release.id,
      release.drill ? 'drill' : release.lane,
      state,
      new Date(release.openedAt.at).toISOString().slice(0, 16),
      state === 'open' ? (describeDecision(next)[0] ?? '') : (release.reason ?? ''),
    ])
    for (const line of table([['RELEASE', 'LANE', 'STATE', 'OPENED', ''], ...releaseRows]))
      invocation.output.print(printable(line))
    for (const { release, projection } of releases) {
      if (projection) invocation.output.print(`${release.id} ${describeEnd(projection)}`)
    }
    for (const one of drills) {
      for (const line of describeDrill(one, drover.config.drillEveryMs)) invocation.output.print(line)
    }
    if (groups.length === 0) return exitCode.done
    invocation.output.print('')
    const groupRows = groups.map(({ key, state, releaseId, imageId, watch }) => {
      return [describeGroup(key), state, releaseId, imageId ?? '', watch ? watcher(watch) : '']
    })
    for (const line of table([['GROUP', 'STATE', 'RELEASE', 'IMAGE', ''], ...groupRows])) invocation.output.print(printable(line))
    return exitCode.done
  },
}

function watcher({ runner, sinceWallAt, seenWallAt, lost }: NonNullable<GroupStatus['watch']>): string {
  const at = (time: number) => new Date(time).toISOString().slice(0, 16)
  if (!lost) return `watched by ${runner} since ${at(sinceWallAt)}, last seen ${at(seenWallAt)}`
  return `nobody watches: ${runner} was last seen ${at(seenWallAt)}; AWS goes on by itself, drover advance takes it over`
}
