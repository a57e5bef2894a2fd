// What the scanner found on the machine for each rule, read out of an ARF: rule → definition → tests → items, in words for people.

import { Malformed, parseStrict, type XmlReader } from './parse-strict.ts'

/** Few and short: a report shows what there was, the ARF has all of it. */
const limits = { linesPerRule: 8, lineCharacters: 300, items: 200_000, edges: 1_000_000 } as const

/**
 * Lines by full rule ID; rules about which nothing was collected are missing. Takes an ARF of oscap 1.3 or 1.4 (NIST SP 800-126,
 * OVAL 5.11 results); the caller has already read its results strictly, so whatever is odd here is left out, never guessed.
 */
export function readFound(arf: string): ReadonlyMap<string, readonly string[]> {
  const reader = new FoundReader()
  try {
    parseStrict(arf, reader)
  } catch (error) {
    if (error instanceof Malformed) return new Map()
    throw error
  }
  return reader.found()
}

interface Item {
  readonly kind: string
  readonly fields: Map<string, string[]>
}

/** IDs are unique within one OVAL report, of which an ARF has several: every key starts with the report's. */
class FoundReader implements XmlReader {
  private depth = 0
  private edges = 0
  private report = ''
  private inResults = false
  private rule = ''
  private definition = ''
  private test = ''
  private item: { key: string; depth: number; value: Item } | undefined
  private field: { name: string; text: string } | undefined
  private readonly definitionsOfRule = new Map<string, Set<string>>()
  private readonly partsOfDefinition = new Map<string, { tests: Set<string>; definitions: Set<string> }>()
  private readonly itemsOfTest = new Map<string, string[]>()
  private readonly items = new Map<string, Item>()

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    // Counted again here: an item's fields are told from what is in them by how deep they are.
    this.depth += 1
    if (this.item) {
      if (this.depth === this.item.depth + 1) this.field = { name, text: '' }
      return
    }
    switch (name) {
      case 'report':
        this.report = attributes.id ?? ''
        break
      case 'results':
        this.inResults = true
        break
      case 'rule-result':
        this.rule = attributes.idref ?? ''
        break
      case 'check-content-ref':
        if (this.rule && attributes.name)
          this.link(this.definitionsOfRule, this.rule, `${(attributes.href ?? '').replace(/^#/, '')} ${attributes.name}`)
        break
      case 'definition':
        if (this.inResults && attributes.definition_id) this.definition = this.key(attributes.definition_id)
        break
      case 'criterion':
        if (this.inResults && this.definition) this.counted(this.parts().tests.add(this.key(attributes.test_ref ?? '')))
        break
      case 'extend_definition':
        if (this.inResults && this.definition)
          this.counted(this.parts().definitions.add(this.key(attributes.definition_ref ?? '')))
        break
      case 'test':
        if (this.inResults && attributes.test_id) this.test = this.key(attributes.test_id)
        break
      case 'tested_item':
        if (this.test) this.tested(attributes.item_id ?? '')
        break
      default:
        if (name.endsWith('_item') && attributes.id && attributes.status === 'exists') this.openItem(name, attributes.id)
    }
  }

  text(piece: string): void {
    if (this.field && this.field.text.length < limits.lineCharacters) this.field.text += piece
  }

  close(name: string): void {
    if (this.item && this.field && this.depth === this.item.depth + 1) {
      const { fields } = this.item.value
      fields.set(this.field.name, [...(fields.get(this.field.name) ?? []), this.field.text.trim()])
      this.field = undefined
    } else if (this.item && this.depth === this.item.depth) {
      this.items.set(this.item.key, this.item.value)
      this.item = undefined
    }
    if (name === 'results') this.inResults = false
    if (name === 'rule-result') this.rule = ''
    if (name === 'definition') this.definition = ''
    if (name === 'test') this.test = ''
    this.depth -= 1
  }

  found(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, readonly string[]>()
    for (const [rule, definitions] of this.definitionsOfRule) {
      const lines = new Set<string>()
      for (const test of this.testsOf(definitions)) {
        for (const key of this.itemsOfTest.get(test) ?? []) {
          const line = lineOf(this.items.get(key))
          if (line !== undefined) lines.add(line)
        }
      }
      if (lines.size === 0) continue
      const shown = [...lines].slice(0, limits.linesPerRule)
      const rest = lines.size - shown.length
      found.set(rule, rest > 0 ? [...shown, `and ${rest} more`] : shown)
    }
    return found
  }

  /** Of the definitions and all they extend, each once: a hostile file may have them extend each other. */
  private testsOf(definitions: Iterable<string>): ReadonlySet<string> {
    const tests = new Set<string>()
    const seen = new Set<string>()
    const open = [...definitions]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      const parts = this.partsOfDefinition.get(next)
      if (parts === undefined) continue
      for (const test of parts.tests) tests.add(test)
      open.push(...parts.definitions)
    }
    return tests
  }

  private openItem(kind: string, id: string): void {
    if (this.items.size >= limits.items) throw new Malformed('too many items')
    this.item = { key: this.key(id), depth: this.depth, value: { kind, fields: new Map() } }
  }

  private tested(id: string): void {
    const list = this.itemsOfTest.get(this.test) ?? []
    // More than is ever shown, so that the rest can be counted.
    if (list.length < 1_000) list.push(this.key(id))
    this.itemsOfTest.set(this.test, list)
    this.counted()
  }

  private parts() {
    const parts = this.partsOfDefinition.get(this.definition) ?? { tests: new Set<string>(), definitions: new Set<string>() }
    this.partsOfDefinition.set(this.definition, parts)
    return parts
  }

  private link(map: Map<string, Set<string>>, from: string, to: string): void {
    map.set(from, (map.get(from) ?? new Set<string>()).add(to))
    this.counted()
  }

  private counted(_?: unknown): void {
    this.edges += 1
    if (this.edges > limits.edges) throw new Malformed('too many links')
  }

  private key(id: string): string {
    return `${this.report} ${id}`
  }
}

/** What is secret about an account is never shown, whatever a rule looked at. */
const secretFiles = /(?:^|\/)(?:g?shadow-?|opasswd(?:\.old)?)$/
const crypted = /\$(?:\d|\w{1,4})\$[^\s:;,"']+|grub\.pbkdf2\.[^\s"']+/g

function lineOf(item: Item | undefined): string | undefined {
  if (item === undefined) return undefined
  const line = wordsOf(item)?.replace(crypted, '[hash]').replace(/\s+/g, ' ').trim()
  if (line === undefined || line === '') return undefined
  return line.length > limits.lineCharacters ? `${line.slice(0, limits.lineCharacters - 1)}…` : line
}

function wordsOf({ kind, fields }: Item): string | undefined {
  const one = (name: string): string => fields.get(name)?.[0] ?? ''
  const path = one('filepath') || [one('path').replace(/\/$/, ''), one('filename')].filter((part) => part !== '').join('/')
  switch (kind) {
    case 'textfilecontent_item':
      return secretFiles.test(path) ? `${path}: a line that is not shown` : `${path}: ${one('text')}`
    case 'file_item':
      return `${path}: mode ${modeOf(one)}, user ${one('user_id')}, group ${one('group_id')}`
    case 'dpkginfo_item':
    case 'rpminfo_item':
      return `${one('name')} ${[one('version'), one('release')].filter((part) => part !== '').join('-')} is installed`
    case 'sysctl_item':
      return `${one('name')} = ${(fields.get('value') ?? []).join(' ')}`
    case 'systemdunitproperty_item':
      return `${one('unit')}: ${one('property')} ${(fields.get('value') ?? []).join(' ')}`
    case 'partition_item':
      return `${one('mount_point')}: ${one('fs_type')}, ${(fields.get('mount_options') ?? []).join(',')}`
    case 'password_item':
    case 'shadow_item':
      return `account ${one('username')}`
    case 'variable_item':
      return `value ${(fields.get('value') ?? []).join(' ')}`
    case 'environmentvariable_item':
    case 'environmentvariable58_item':
      return `${one('name')}=${one('value')}`
    default:
      return undefined
  }
}

function modeOf(one: (name: string) => string): string {
  const bit = (name: string): number => (one(name) === 'true' || one(name) === '1' ? 1 : 0)
  const digit = (who: string): number => bit(`${who}read`) * 4 + bit(`${who}write`) * 2 + bit(`${who}exec`)
  return `${bit('suid') * 4 + bit('sgid') * 2 + bit('sticky')}${digit('u')}${digit('g')}${digit('o')}`
}
