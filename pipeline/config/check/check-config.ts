// What must hold between the parts of a configuration; each part was readable by itself.

import type { ReadAgents } from '../read-agents.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { checkAgents } from './agents.ts'
import { checkAges } from './ages.ts'
import { checkArchitectures } from './architectures.ts'
import { checkCalendars } from './calendars.ts'
import { checkClusterTests } from './cluster-tests.ts'
import { checkGroups } from './groups.ts'
import { checkHooks } from './hooks.ts'
import { checkKarpenterSoaks } from './karpenter-soaks.ts'
import { checkKeys } from './keys.ts'
import { checkKinds } from './kinds.ts'
import { checkLanes } from './lanes.ts'
import { checkLogins } from './logins.ts'
import { checkNodeHooks } from './node-hooks.ts'
import { checkNotifications } from './notifications.ts'
import { checkPackages } from './packages.ts'
import { checkParameters } from './parameters.ts'
import { checkRetention } from './retention.ts'
import { checkRoles } from './roles.ts'
import { checkRunners } from './runners.ts'
import { checkStages } from './stages.ts'
import { checkWaves } from './waves.ts'

/** Reports into the reading that each part came from. */
export function checkConfig(written: WrittenConfig, agents: ReadAgents): void {
  checkStages(written)
  checkCalendars(written)
  checkLanes(written)
  checkGroups(written)
  checkClusterTests(written)
  checkKinds(written)
  checkAges(written)
  checkWaves(written)
  checkArchitectures(written)
  checkRoles(written)
  checkRetention(written)
  checkKeys(written)
  checkRunners(written)
  checkHooks(written)
  checkNodeHooks(written)
  checkNotifications(written)
  checkParameters(written)
  checkKarpenterSoaks(written)
  checkAgents(written, agents.known)
  checkLogins(written, agents.written)
  checkPackages(written, agents.written)
}
