// Reads the XCCDF benchmark out of a data stream in one pass, without building a tree.

import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { assert } from '../../pipeline/kernel/index.ts'
import { type Benchmark, type ContentProfile, type ContentRule, type ContentValue, type Severity, shortId } from './content.ts'

/** Sections of a benchmark carry one of these addresses, by product; the CIS critical controls have another. */
const cisBenchmarks = /^https:\/\/www\.cisecurity\.org\/(?:cis-benchmarks|benchmark)\//

/** Every rule, value and profile of the (first) benchmark in the text. The text is pinned content: a malformed one is our bug. */
export function parseBenchmark(text: string): Benchmark {
  const reader = new BenchmarkReader()
  const parser = new SaxesParser()
  parser.on('opentag', (tag) => reader.open(tag))
  parser.on('text', (piece) => reader.text(piece))
  parser.on('cdata', (piece) => reader.text(piece))
  parser.on('closetag', (tag) => reader.close(localName(tag.name)))
  parser.write(text).close()
  assert(reader.id !== '', 'the data stream holds no XCCDF benchmark')
  return { id: reader.id, version: reader.version, rules: reader.rules, profiles: reader.profiles, values: reader.values }
}

interface OpenRule {
  id: string
  title: string
  severity: Severity
  cis: string[]
  description: string
  rationale: string
}

/** Holds what has been read so far, and which element of interest is open. */
class BenchmarkReader {
  id = ''
  version = ''
  readonly rules = new Map<string, ContentRule>()
  readonly profiles = new Map<string, ContentProfile>()
  readonly values = new Map<string, ContentValue>()
  private readonly path: string[] = []
  private rule: OpenRule | undefined
  private profile: { id: string; title: string; selected: Set<string> } | undefined
  private value: { id: string; title: string; type: ContentValue['type'] } | undefined
  private gathered: string | undefined
  private gatheredAt = 0
  private reference = ''

  open(tag: SaxesTagPlain): void {
    const name = localName(tag.name)
    this.path.push(name)
    const id = tag.attributes.id ?? ''
    if (name === 'Benchmark') this.id = id
    if (this.id === '') return
    if (name === 'Rule') {
      this.rule = { id, title: '', severity: severityOf(tag.attributes.severity), cis: [], description: '', rationale: '' }
    }
    if (name === 'Profile') this.profile = { id, title: '', selected: new Set() }
    if (name === 'Value') this.value = { id, title: '', type: typeOf(tag.attributes.type) }
    if (name === 'select' && this.profile) this.select(tag.attributes.idref ?? '', tag.attributes.selected === 'true')
    // A value is set by the profile, so the text can only name it.
    if (name === 'sub' && this.gathered !== undefined) this.gathered += `[${shortId(tag.attributes.idref ?? '')}]`
    if (this.gathered === undefined && this.wanted(name)) {
      this.gathered = ''
      this.gatheredAt = this.path.length
      this.reference = tag.attributes.href ?? ''
    }
  }

  text(piece: string): void {
    if (this.gathered !== undefined) this.gathered += piece
  }

  close(name: string): void {
    if (this.gathered !== undefined && this.gatheredAt === this.path.length) {
      this.keep(name, this.gathered.replace(/\s+/g, ' ').trim())
      this.gathered = undefined
    }
    this.path.pop()
    if (name === 'Rule' && this.rule) {
      this.rules.set(this.rule.id, this.rule)
      this.rule = undefined
    }
    if (name === 'Profile' && this.profile) {
      this.profiles.set(this.profile.id, this.profile)
      this.profile = undefined
    }
    if (name === 'Value' && this.value) {
      this.values.set(this.value.id, this.value)
      this.value = undefined
    }
  }

  private select(id: string, selected: boolean): void {
    if (selected) this.profile?.selected.add(id)
    else this.profile?.selected.delete(id)
  }

  private wanted(name: string): boolean {
    const parent = this.path.at(-2)
    if (parent === 'Rule') return ['title', 'description', 'rationale', 'reference'].includes(name)
    if (parent === 'Profile' || parent === 'Value') return name === 'title'
    return parent === 'Benchmark' && name === 'version'
  }

  private keep(name: string, text: string): void {
    if (this.rule) {
      if (name === 'reference') {
        if (cisBenchmarks.test(this.reference)) this.rule.cis.push(text)
      } else this.rule[name as 'title' | 'description' | 'rationale'] = text
    } else if (this.profile) this.profile.title = text
    else if (this.value) this.value.title = text
    else this.version = text
  }
}

function severityOf(written: string | undefined): Severity {
  return written === 'high' || written === 'medium' || written === 'low' ? written : 'unknown'
}

function typeOf(written: string | undefined): ContentValue['type'] {
  return written === 'number' || written === 'boolean' ? written : 'string'
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
