// The parts of a profile that the gate goes by: the register of disagreements with the scanner, and its policy.

import { isScalar } from 'yaml'
import { shortId } from '../content/content.ts'
import { type Known, readRule, readRuleNames } from './known-names.ts'
import type { Disagreement, GatePolicy } from './profile.ts'
import type { Mapping } from './yaml-reader.ts'

/** Entries of the register. One that was checked with other content is no problem here: the verdict says that it holds no more. */
export function readDisagreements(known: Known, top: Mapping, isDemanded: (rule: string) => boolean): readonly Disagreement[] {
  const seen = new Set<string>()
  return top.list('disagreements').flatMap((node) => {
    const entry = known.reader.mapping(node, 'a disagreement', ['rule', 'contentVersion', 'reason', 'checked', 'owner'])
    if (entry === undefined) return []
    const rule = readRule(known, entry, seen)
    if (rule !== undefined && !isDemanded(rule)) {
      const message = `${shortId(rule)} is disputed but not demanded`
      known.reader.report('config-conflict', entry.at('rule'), message, 'Remove the entry.')
    }
    const texts = ['contentVersion', 'reason', 'checked', 'owner'].map((key) => entry.text(key))
    const [contentVersion, reason, checked, owner] = texts
    if (rule === undefined || !contentVersion || !reason || !checked || !owner) return []
    return [{ rule, contentVersion, reason, checked, owner }]
  })
}

/** Content that is for another machine calls most of its rules not applicable, and the few that are left pass. */
const usualNotApplicablePercent = 50

/** Without a `gate:` only the score, missing answers, waivers and controls refuse, and regressions do. */
export function readGate(known: Known, top: Mapping, isDemanded: (rule: string) => boolean): GatePolicy {
  const node = top.at('gate')
  const gate =
    node === undefined ? undefined : known.reader.mapping(node, 'gate', [], ['mustPass', 'regressions', 'notApplicableAtMost'])
  const usual: GatePolicy = { mustPass: [], regressions: 'refuse', notApplicableAtMostPercent: usualNotApplicablePercent }
  if (gate === undefined) return usual
  return {
    mustPass: mustPass(known, gate, isDemanded),
    regressions: regressions(known, gate),
    notApplicableAtMostPercent: notApplicable(known, gate),
  }
}

function mustPass(known: Known, gate: Mapping, isDemanded: (rule: string) => boolean): readonly string[] {
  return readRuleNames(known, gate, 'mustPass', (rule, node) => {
    if (isDemanded(rule)) return
    known.reader.report('config-conflict', node, `${shortId(rule)} must pass but is not demanded`, 'Select it, with a reason.')
  })
}

function regressions({ reader }: Known, gate: Mapping): GatePolicy['regressions'] {
  const node = gate.at('regressions')
  if (node === undefined) return 'refuse'
  const written = isScalar(node) ? node.value : undefined
  if (written === 'refuse' || written === 'report') return written
  reader.report('config-wrong-value', node, 'regressions must be refuse or report')
  return 'refuse'
}

function notApplicable({ reader }: Known, gate: Mapping): number {
  const node = gate.at('notApplicableAtMost')
  if (node === undefined) return usualNotApplicablePercent
  const percent = isScalar(node) ? /^(\d{1,2}|100)%$/.exec(String(node.value))?.[1] : undefined
  if (percent !== undefined) return Number(percent)
  reader.report('config-wrong-value', node, 'notApplicableAtMost must be a percentage such as 50%')
  return usualNotApplicablePercent
}
