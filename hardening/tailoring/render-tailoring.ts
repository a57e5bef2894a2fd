// Writes the XCCDF tailoring that makes oscap evaluate a profile: once for the gate, once for remediation.

import type { Content } from '../content/content.ts'
import { fullId } from '../content/content.ts'
import type { Profile } from '../profile/profile.ts'
import { escapeXml } from '../text/plain-text.ts'

/** IDs of the two tailored profiles, as given to `oscap --profile`. */
export const gatingProfileId = 'xccdf_drover_profile_gate'
export const remediationProfileId = 'xccdf_drover_profile_remediate'

export interface TailoringRequest {
  readonly profile: Profile
  readonly content: Content
  /** Short names of rules that a control of ours answers. */
  readonly answered: readonly string[]
  /** When the file is made; it is part of the tailoring format. */
  readonly nowMs: number
}

/**
 * A tailoring file. The remediation profile leaves out what is waived or disputed, left to the first boot or answered by a control of ours, so that
 * the content's fix of those is never generated; the gating profile leaves out only what the profile's file deselects with a reason.
 */
export function renderTailoring({ profile, content, answered, nowMs }: TailoringRequest): string {
  const gate = [
    ...profile.deselected.map((choice) => select(choice.rule, false)),
    ...profile.selected.map((choice) => select(choice.rule, true)),
    ...profile.values.map(
      (setting) => `    <set-value idref="${escapeXml(setting.value)}">${escapeXml(setting.set)}</set-value>`,
    ),
  ]
  const unfixed = [
    ...[...profile.waivers, ...profile.disagreements, ...profile.atFirstBoot].map((entry) => entry.rule),
    ...answered.map((name) => fullId('rule', name, content.idPrefix)),
  ]
  const remediate = [
    ...gate.filter((line) => !unfixed.some((rule) => line.includes(`"${rule}"`))),
    ...unique(unfixed).map((rule) => select(rule, false)),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<Tailoring xmlns="http://checklists.nist.gov/xccdf/1.2" id="xccdf_drover_tailoring_profile">
  <benchmark href="content.xml"/>
  <version time="${new Date(nowMs).toISOString().slice(0, 19)}">1</version>
${tailored(gatingProfileId, `${profile.title}: what the gate demands`, profile.base, gate)}
${tailored(remediationProfileId, `${profile.title}: what the content's own fixes are run for`, profile.base, remediate)}
</Tailoring>
`
}

function tailored(id: string, title: string, base: string, lines: readonly string[]): string {
  return [
    `  <Profile id="${id}" extends="${escapeXml(base)}">`,
    `    <title override="true">${escapeXml(title)}</title>`,
    // The order means nothing to the scanner; sorted, the same profile gives the same file.
    ...[...lines].sort(),
    '  </Profile>',
  ].join('\n')
}

function select(rule: string, selected: boolean): string {
  return `    <select idref="${escapeXml(rule)}" selected="${selected}"/>`
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)]
}
