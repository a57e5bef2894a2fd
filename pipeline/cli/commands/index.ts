// The table of commands: the words on the command line, and what answers them.

import type { CommandSpec } from '../command.ts'
import { advance } from './advance.ts'
import { approve } from './approve.ts'
import { cloudDown, cloudStatus, cloudUp } from './cloud.ts'
import { configCheck } from './config-check.ts'
import { drill } from './drill.ts'
import { fleet } from './fleet.ts'
import { harden } from './harden.ts'
import { hold, resume } from './hold.ts'
import { iam } from './iam.ts'
import { ledgerVerify } from './ledger-verify.ts'
import { migrate } from './migrate.ts'
import { notify } from './notify.ts'
import { plan } from './plan.ts'
import { prove } from './prove.ts'
import { rehearse } from './rehearse.ts'
import { release } from './release.ts'
import { renew } from './renew.ts'
import { report } from './report.ts'
import { retire } from './retire.ts'
import { restore, revoke } from './revoke.ts'
import { scan } from './scan.ts'
import { site } from './site.ts'
import { status } from './status.ts'
import { undo } from './undo.ts'

export const commands: Readonly<Record<string, CommandSpec>> = {
  release,
  advance,
  plan,
  status,
  fleet,
  approve,
  undo,
  renew,
  drill,
  hold,
  resume,
  revoke,
  restore,
  retire,
  migrate,
  report,
  site,
  harden,
  scan,
  'ledger verify': ledgerVerify,
  'config check': configCheck,
  notify,
  iam,
  rehearse,
  prove,
  'cloud up': cloudUp,
  'cloud down': cloudDown,
  'cloud status': cloudStatus,
}
