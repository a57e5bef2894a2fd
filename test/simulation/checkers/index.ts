// Every checker there is, by name.

import type { CreateChecker } from './checker.ts'
import { healthyCapacity } from './healthy-capacity.ts'
import { hooksRun } from './hooks-run.ts'
import { instanceHours } from './instance-hours.ts'
import { movesOn } from './moves-on.ts'
import { nothingRetired } from './nothing-retired.ts'
import { oneImage } from './one-image.ts'
import { oneRefresh } from './one-refresh.ts'
import { oneUpdate } from './one-update.ts'
import { openingHours } from './opening-hours.ts'
import { parameters } from './parameters.ts'
import { renewed } from './renewed.ts'
import { replayIsWorld } from './replay-is-world.ts'
import { restored } from './restored.ts'
import { soaked } from './soaked.ts'
import { wholeLedger } from './whole-ledger.ts'

export const checkers = {
  soaked,
  'instance-hours': instanceHours,
  'opening hours': openingHours,
  'hooks run': hooksRun,
  'one image': oneImage,
  'healthy capacity': healthyCapacity,
  'one refresh': oneRefresh,
  'one update': oneUpdate,
  parameters,
  renewed,
  restored,
  'moves on': movesOn,
  'nothing retired': nothingRetired,
  'whole ledger': wholeLedger,
  'replay is the world': replayIsWorld,
} as const satisfies Readonly<Record<string, CreateChecker>>
