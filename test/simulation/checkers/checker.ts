// What checkers see: every state the cloud comes to and every record of the ledger, in the order they came. They share no code with
// what they check, but for the one that compares the ledger's replay with the world.

import type { CloudState, TableName, Tables } from '../../../pipeline/localcloud/index.ts'
import { placeOf, rowIn, rowsIn } from '../../../pipeline/localcloud/index.ts'
import type { LedgerEvent } from '../../../pipeline/release/index.ts'
import type { Plan } from '../plan/plan.ts'

/** One step of the world. */
export interface Step {
  readonly now: number
  readonly before: CloudState
  readonly state: CloudState
  /** Every record so far. */
  readonly records: readonly LedgerEvent[]
}

export interface End {
  readonly state: CloudState
  readonly records: readonly LedgerEvent[]
}

/** Each returns what is wrong, a sentence each. */
export interface Checker {
  onStep?(step: Step): readonly string[]
  onRecord?(record: LedgerEvent, step: Omit<Step, 'before'>): readonly string[]
  atEnd?(end: End): readonly string[]
}

/** `first`: the cloud as the company had it before the first release. */
export type CreateChecker = (plan: Plan, first: CloudState) => Checker

export interface Change<Row> {
  /** The account and the region it is in. */
  readonly account: string
  readonly region: string
  readonly place: string
  readonly before: Row | undefined
  readonly after: Row | undefined
}

/** What checkers have asked of a step: more than one asks for the same table. */
const known = new WeakMap<Step, Map<TableName, readonly Change<unknown>[]>>()

/** Rows of a table that came, went or became others in a step. */
export function changesOf<Name extends TableName>(step: Step, name: Name): readonly Change<Tables[Name]>[] {
  const ofStep = known.get(step) ?? new Map<TableName, readonly Change<unknown>[]>()
  known.set(step, ofStep)
  const there = ofStep.get(name) as readonly Change<Tables[Name]>[] | undefined
  const changes = there ?? Object.keys(step.state.places).flatMap((place) => changesIn(step, place, name))
  ofStep.set(name, changes)
  return changes
}

function changesIn<Name extends TableName>({ before, state }: Step, place: string, name: Name): readonly Change<Tables[Name]>[] {
  if (before.places[place]?.[name] === state.places[place]?.[name]) return []
  const where = { ...placeOf(place), place }
  const changes: Change<Tables[Name]>[] = []
  for (const id of idsOf(state, place, name)) {
    const [was, is] = [rowIn(before, place, name, id), rowIn(state, place, name, id)]
    if (was !== is) changes.push({ ...where, before: was, after: is })
  }
  for (const id of idsOf(before, place, name)) {
    const was = rowIn(before, place, name, id)
    if (rowIn(state, place, name, id) === undefined) changes.push({ ...where, before: was, after: undefined })
  }
  return changes
}

function idsOf(state: CloudState, place: string, name: TableName): readonly string[] {
  const table = state.places[place]?.[name]
  return table === undefined ? [] : [...(table as { keys(): Iterable<string> }).keys()]
}

/** Every row of a table, wherever it is. */
export function allRows<Name extends TableName>(
  state: CloudState,
  name: Name,
): readonly { readonly account: string; readonly region: string; readonly place: string; readonly row: Tables[Name] }[] {
  return Object.keys(state.places).flatMap((place) =>
    rowsIn(state, place, name).map((row) => ({ ...placeOf(place), place, row })),
  )
}
