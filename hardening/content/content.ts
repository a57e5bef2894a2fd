// What a piece of SCAP content says: its rules, values and profiles, and which file it came from.

/** A rule as the content defines it. */
export interface ContentRule {
  /** Full XCCDF ID. */
  readonly id: string
  readonly title: string
  readonly severity: Severity
  /** CIS benchmark sections it answers, as written in the content (`5.2.8`). */
  readonly cis: readonly string[]
  /** Description and rationale as plain text. */
  readonly description: string
  readonly rationale: string
}

export type Severity = 'high' | 'medium' | 'low' | 'unknown'

export interface ContentProfile {
  readonly id: string
  readonly title: string
  /** Full IDs of the rules it selects. */
  readonly selected: ReadonlySet<string>
}

/** A value that rules are checked against and that a profile may set. */
export interface ContentValue {
  readonly id: string
  readonly title: string
  /** As XCCDF 1.2 (section 6.4.5.2) has it; `string` when the content says nothing. */
  readonly type: 'number' | 'string' | 'boolean'
}

/** The benchmark of a data stream. */
export interface Benchmark {
  readonly id: string
  readonly version: string
  readonly rules: ReadonlyMap<string, ContentRule>
  readonly profiles: ReadonlyMap<string, ContentProfile>
  readonly values: ReadonlyMap<string, ContentValue>
}

export interface Content extends Benchmark {
  /** Its name in content.json. */
  readonly name: string
  readonly title: string
  /** Absolute path of the pinned data stream. */
  readonly file: string
  /** Of what machines are scanned with: the pinned data stream, with every kernel known. */
  readonly sha256: string
  /** Before `rule_`, `value_` and `profile_` in every ID of this content. */
  readonly idPrefix: string
}

export type IdKind = 'rule' | 'value' | 'profile'

/** `sshd_set_keepalive` → `xccdf_org.ssgproject.content_rule_sshd_set_keepalive`; a full ID stays as it is. */
export function fullId(kind: IdKind, name: string, idPrefix: string): string {
  return name.startsWith('xccdf_') ? name : `${idPrefix}${kind}_${name}`
}

/** The short name that people write. */
export function shortId(id: string): string {
  return id.replace(/^xccdf_[^_]+(?:\.[^_]+)*_(?:[a-z]+_)?(?:rule|value|profile)_/, '')
}
