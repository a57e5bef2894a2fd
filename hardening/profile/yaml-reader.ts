// Reads typed values out of a YAML document and remembers where each stood, so that every problem has a place.

import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml'
import { type FilePlace, nearest, type Problem, type ProblemCode } from '../../pipeline/kernel/index.ts'

/** Collects problems instead of stopping at the first. */
export class YamlReader {
  private readonly problems: Problem[] = []
  private readonly lines = new LineCounter()
  private readonly file: string
  readonly root: Node | null

  constructor(file: string, text: string) {
    this.file = file
    const document = parseDocument(text, { lineCounter: this.lines, uniqueKeys: true })
    for (const error of document.errors) {
      const at = this.lines.linePos(error.pos[0])
      this.problems.push({
        code: 'config-syntax',
        message: error.message.split('\n')[0]?.replace(/ at line .*$/, '') ?? 'not YAML',
        place: { file, line: at.line, column: at.col },
      })
    }
    this.root = document.errors.length === 0 ? document.contents : null
  }

  /** Every problem so far, from the top of the file to its end. */
  problemsInOrder(): readonly Problem[] {
    return [...this.problems].sort(
      ({ place: a }, { place: b }) => (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
    )
  }

  /** The line and column where a node starts; the start of the file for what is not there. */
  place(node: unknown): FilePlace {
    const offset = (node as Node | null | undefined)?.range?.[0] ?? 0
    const at = this.lines.linePos(offset)
    return { file: this.file, line: Math.max(at.line, 1), column: Math.max(at.col, 1) }
  }

  report(code: ProblemCode, node: unknown, message: string, hint?: string): void {
    this.problems.push({ code, message, place: this.place(node), ...(hint === undefined ? {} : { hint }) })
  }

  /** A mapping with only the known keys, the required ones present; undefined if it is not a mapping. */
  mapping(node: unknown, what: string, required: readonly string[], optional: readonly string[] = []): Mapping | undefined {
    if (!isMap(node)) {
      this.report('config-wrong-type', node, `${what} must be a mapping`)
      return undefined
    }
    const known = [...required, ...optional]
    for (const pair of node.items) this.checkKey(pair, what, known)
    for (const key of required) {
      if (!node.has(key)) this.report('config-missing-key', node, `${what} has no ${key}`, `Add \`${key}:\`.`)
    }
    return new Mapping(this, node, what)
  }

  private checkKey(pair: Pair, what: string, known: readonly string[]): void {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    if (known.includes(key)) return
    const guess = nearest(key, known)
    this.report(
      'config-unknown-key',
      pair.key,
      `${what} has no key ${key === '' ? 'of that kind' : key}`,
      guess ? `Did you mean ${guess}?` : `Known: ${known.join(', ')}.`,
    )
  }
}

/** One mapping; its getters report what is wrong and answer with an empty value. */
export class Mapping {
  readonly node: YAMLMap
  private readonly reader: YamlReader
  private readonly what: string

  constructor(reader: YamlReader, node: YAMLMap, what: string) {
    this.reader = reader
    this.node = node
    this.what = what
  }

  at(key: string): Node | undefined {
    return this.node.get(key, true) as Node | undefined
  }

  /** A non-empty text (numbers and dates are taken as written); undefined when absent or wrong. */
  text(key: string): string | undefined {
    const node = this.at(key)
    if (node === undefined) return undefined
    const written = isScalar(node) && node.value !== null ? String(node.source ?? node.value).trim() : ''
    if (written !== '') return written
    this.reader.report('config-wrong-type', node, `${key} of ${this.what} must be a text that is not empty`)
    return undefined
  }

  /** The members of a list; empty when absent. */
  list(key: string): readonly Node[] {
    const node = this.at(key)
    if (node === undefined) return []
    if (isSeq(node)) return node.items as Node[]
    this.reader.report('config-wrong-type', node, `${key} of ${this.what} must be a list`)
    return []
  }

  /** A list of texts with the node of each. */
  texts(key: string): readonly { readonly text: string; readonly node: Node }[] {
    return this.list(key).flatMap((node) => {
      if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return [{ text: node.value, node }]
      this.reader.report('config-wrong-type', node, `${key} of ${this.what} must be a list of texts`)
      return []
    })
  }
}
