// Reads a profile file and reports everything that is wrong with it at once.

import { isMap, isScalar } from 'yaml'
import { nearest, type Problem } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import { type Content, shortId } from '../content/content.ts'
import { controlNames } from '../engine/controls.ts'
import { type Known, readId } from './known-names.ts'
import type { Profile, RuleChoice } from './profile.ts'
import { readChoices, readControlNames, readPackageNames, readValues, readWaivers } from './read-entries.ts'
import { readDisagreements, readGate } from './read-gate.ts'
import { readHygiene } from './read-hygiene.ts'
import { readVulnerabilityPolicy } from './read-vulnerability-policy.ts'
import { type Mapping, YamlReader } from './yaml-reader.ts'

export type LoadedProfile =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly problems: readonly Problem[] }

const required = ['version', 'title', 'content', 'profile']
const optional = [
  'values',
  'deselect',
  'select',
  'waivers',
  'disagreements',
  'gate',
  'vulnerabilities',
  'hygiene',
  'atFirstBoot',
  'notJudged',
  'controls',
  'packages',
  'removedPackages',
]

/** Which content the file says it is about, before anything of that content is known. */
export async function contentNameOf(
  files: Files,
  path: string,
  known: readonly string[],
): Promise<{ readonly ok: true; readonly name: string } | { readonly ok: false; readonly problems: readonly Problem[] }> {
  const text = await files.readText(path)
  if (text === undefined) return { ok: false, problems: [missing(path)] }
  const reader = new YamlReader(path, text)
  const top = isMap(reader.root) ? reader.root : undefined
  const node = top?.get('content', true)
  const name = isScalar(node) && typeof node.value === 'string' ? node.value : undefined
  if (name !== undefined && known.includes(name)) return { ok: true, name }
  if (reader.problemsInOrder().length === 0) reportContent(reader, top, node, name, known)
  return { ok: false, problems: reader.problemsInOrder() }
}

function reportContent(
  reader: YamlReader,
  top: unknown,
  node: unknown,
  name: string | undefined,
  known: readonly string[],
): void {
  const guess = name === undefined ? undefined : nearest(name, known)
  const hint = guess ? `Did you mean ${guess}?` : `Known: ${known.join(', ')}.`
  if (top === undefined) reader.report('config-wrong-type', reader.root, 'a hardening profile must be a mapping')
  else if (node === undefined) reader.report('config-missing-key', top, 'a hardening profile has no content', hint)
  else if (name === undefined) reader.report('config-wrong-type', node, 'content must be a name', hint)
  else reader.report('config-wrong-value', node, `content ${name} is not known here`, hint)
}

function missing(path: string): Problem {
  return { code: 'config-missing-file', message: `there is no hardening profile at ${path}` }
}

/** The profile in the file at `path`, checked against its content and the date; or every problem it has. */
export async function loadProfile(files: Files, path: string, content: Content, nowMs: number): Promise<LoadedProfile> {
  const text = await files.readText(path)
  if (text === undefined) {
    return { ok: false, problems: [missing(path)] }
  }
  const known: Known = { reader: new YamlReader(path, text), content, nowMs }
  const profile = readProfile(known, path, await controlNames(files))
  const problems = known.reader.problemsInOrder()
  return profile === undefined || problems.length > 0 ? { ok: false, problems } : { ok: true, profile }
}

function readProfile(known: Known, path: string, controls: readonly string[]): Profile | undefined {
  const { reader, content } = known
  if (reader.problemsInOrder().length > 0) return undefined
  const top = reader.mapping(reader.root, 'a hardening profile', required, optional)
  if (top === undefined) return undefined
  checkHead(known, top)
  const base = readId(known, 'profile', top)
  const vulnerabilities = readVulnerabilityPolicy(known, top)
  const hygiene = readHygiene(known, top)
  return {
    file: path,
    title: top.text('title') ?? '',
    content: content.name,
    base: base ?? '',
    values: readValues(known, top),
    ...readDemands(known, top, base),
    ...(vulnerabilities && { vulnerabilities }),
    ...(hygiene && { hygiene }),
    atFirstBoot: readChoices(known, top, 'atFirstBoot'),
    notJudged: readChoices(known, top, 'notJudged'),
    controls: readControlNames(known, top, controls),
    packages: readPackageNames(known, top, 'packages'),
    removedPackages: readPackageNames(known, top, 'removedPackages'),
  }
}

function checkHead({ reader, content }: Known, top: Mapping): void {
  const [version, name] = [top.text('version'), top.text('content')]
  if (version !== undefined && version !== '1') {
    const message = `version ${version} of a hardening profile is not known`
    reader.report('config-wrong-value', top.at('version'), message, 'Write `version: 1`.')
  }
  if (name !== undefined && name !== content.name) {
    reader.report('config-wrong-value', top.at('content'), `content ${name} is not known here`, `Did you mean ${content.name}?`)
  }
}

type Demands = Pick<Profile, 'deselected' | 'selected' | 'waivers' | 'disagreements' | 'gate'>

function readDemands(known: Known, top: Mapping, base: string | undefined): Demands {
  const { reader, content } = known
  // Undefined when the base profile is unknown: then nothing is compared with it, one problem is enough.
  const inBase = base === undefined ? undefined : content.profiles.get(base)?.selected
  const deselected = readChoices(known, top, 'deselect', (rule, node) => {
    if (inBase?.has(rule) !== false) return
    reader.report('config-conflict', node, `${shortId(rule)} is not in the profile, so it can't be deselected`)
  })
  const selected = readChoices(known, top, 'select', (rule, node) => {
    if (inBase?.has(rule)) reader.report('config-conflict', node, `${shortId(rule)} is in the profile already`)
  })
  const isDemanded = (rule: string): boolean =>
    inBase === undefined || (inBase.has(rule) && !names(deselected, rule)) || names(selected, rule)
  return {
    deselected,
    selected,
    waivers: readWaivers(known, top, isDemanded),
    disagreements: readDisagreements(known, top, isDemanded),
    gate: readGate(known, top, isDemanded),
  }
}

function names(choices: readonly RuleChoice[], rule: string): boolean {
  return choices.some((choice) => choice.rule === rule)
}
