// One YAML file being read: where its values are, what is wrong with them, and which files they name.

import { dirname, resolve } from 'node:path'
import { type Document, isAlias, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml'
import type { FilePlace, Problem } from '../../kernel/index.ts'

/** A value of the file, the way to it, and its place. */
export interface Spot {
  readonly reading: Reading
  /** Keys and `[index]` from the top of the file. */
  readonly path: readonly string[]
  /** Aliases are followed; null where the file has nothing, as after `key:`. */
  readonly node: Node | null
  /** Where it starts in the text. */
  readonly offset: number
}

/** A file or folder that a value names. */
export interface FileReference {
  readonly at: Spot
  /** Absolute. */
  readonly path: string
  readonly expect: 'file' | 'file or folder' | 'playbook'
}

export interface FoundProblem {
  readonly at: Spot
  readonly problem: Problem
  /** Found by comparing values that were each readable. */
  readonly follows: boolean
}

export interface FoundWarning {
  readonly at: Spot
  readonly problem: Problem
}

export interface Reading {
  /** As problems show it. */
  readonly file: string
  /** Absolute folder of the file: what it names is relative to it. */
  readonly directory: string
  readonly document: Document
  readonly problems: FoundProblem[]
  /** What may be meant, and is told nevertheless. */
  readonly warnings: FoundWarning[]
  readonly references: FileReference[]
  placeAt(offset: number): FilePlace
}

/** The whole document as a spot, or undefined when the text is not YAML; then `reading.problems` says why. */
export function readYaml(file: string, text: string): { readonly reading: Reading; readonly root: Spot | undefined } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const reading: Reading = {
    file,
    directory: resolve(dirname(file)),
    document,
    problems: [],
    warnings: [],
    references: [],
    placeAt: (offset) => {
      const { line, col } = lines.linePos(Math.min(offset, text.length))
      return { file, line: Math.max(1, line), column: Math.max(1, col) }
    },
  }
  const root = spotOf(reading, [], document.contents, 0)
  for (const error of [...document.errors, ...document.warnings]) reportSyntax(root, error)
  return { reading, root: reading.problems.length === 0 ? root : undefined }
}

/** Follows an alias to what it stands for: that is where the user must mend it. */
export function spotOf(reading: Reading, path: readonly string[], node: unknown, offset: number): Spot {
  const target = isAlias(node) ? node.resolve(reading.document) : (node as Node | null | undefined)
  return { reading, path, node: target ?? null, offset: target?.range?.[0] ?? offset }
}

export function report(at: Spot, code: Problem['code'], message: string, hint?: string): void {
  at.reading.problems.push({ at, problem: problemAt(at, code, message, hint), follows: false })
}

/**
 * A report that follows from what was read: left out where the value, a part of it or what holds it was wrong already, for a
 * stand-in says nothing about the user's intent.
 */
export function reportFollowing(at: Spot, code: Problem['code'], message: string, hint?: string): void {
  const broken = at.reading.problems.some((found) => !found.follows && onOneBranch(found.at.path, at.path))
  if (!broken) at.reading.problems.push({ at, problem: problemAt(at, code, message, hint), follows: true })
}

/** Told only where nothing is wrong: by then every value is what the user wrote. */
export function warn(at: Spot, code: Problem['code'], message: string, hint: string): void {
  at.reading.warnings.push({ at, problem: problemAt(at, code, message, hint) })
}

function problemAt(at: Spot, code: Problem['code'], message: string, hint: string | undefined): Problem {
  return { code, message, place: at.reading.placeAt(at.offset), ...(hint === undefined ? {} : { hint }) }
}

function onOneBranch(a: readonly string[], b: readonly string[]): boolean {
  const common = Math.min(a.length, b.length)
  return a.slice(0, common).every((step, index) => step === b[index])
}

function reportSyntax(root: Spot, error: YAMLError): void {
  const at = { ...root, offset: error.pos[0] }
  if (error.code === 'DUPLICATE_KEY') report(at, 'config-syntax', 'this key is written twice', 'Keep one of the two.')
  else report(at, 'config-syntax', `this is not YAML: ${error.message.split('\n')[0]}`)
}
