// `drover status`: where every release and every group stands, read off the ledger.

import { exitCode } from '../../kernel/index.ts'
import { ageLimitsOf } from '../age-limits.ts'
import { type CommandSpec, optionFlag } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'
import { statusLines } from '../status-view.ts'
import { supportLines, supportOf } from '../support-lines.ts'
import { printable } from '../terminal.ts'

export const status: CommandSpec = {
  summary: 'where every release and group stands',
  options: [...placeOptions, { flags: '--all', description: 'every release there ever was' }],
  examples: ['drover status', 'drover status --rehearsal --json'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const { releases, groups, holds, migrations, takenBack, revoked } = await drover.status()
    const drills = await drover.drills()
    const support = supportOf(drover.config, Date.now())
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
        migrations,
        drills,
        ...(support.length > 0 && { support }),
      })
      return exitCode.done
    }
    const { drillEveryMs } = drover.config
    const ageLimits = ageLimitsOf(drover.config).byGroup
    const around = { drills, drillEveryMs, ageLimits, now: Date.now(), all: optionFlag(invocation, 'all') }
    for (const line of statusLines({ releases, groups, holds, migrations, takenBack, revoked }, around))
      invocation.output.print(printable(line))
    for (const line of supportLines(support)) invocation.output.print(printable(line))
    return exitCode.done
  },
}
