// Reads XML that a scanner or a machine wrote: no document type, no entity of its own, no endless nesting, and no going on after an error.

import { SaxesParser } from 'saxes'

export interface XmlReader {
  /** `name`: without its prefix. */
  open(name: string, attributes: Readonly<Record<string, string>>): void
  /** Text and CDATA, in pieces. */
  text(piece: string): void
  close(name: string): void
}

/** What is wrong with a text, in a few words; a reader may throw it too. */
export class Malformed extends Error {}

const deepest = 256

/** Throws Malformed. */
export function parseStrict(xml: string, reader: XmlReader): void {
  let depth = 0
  const parser = new SaxesParser()
  // saxes throws what `error` is given, and keeps going otherwise; entities of a DTD are never expanded.
  parser.on('error', (error) => {
    throw new Malformed(error.message)
  })
  parser.on('doctype', () => {
    throw new Malformed('a document type is not expected')
  })
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1
    if (depth > deepest) throw new Malformed(`elements are nested deeper than ${deepest}`)
    reader.open(localName(name), attributes)
  })
  parser.on('text', (piece) => reader.text(piece))
  parser.on('cdata', (piece) => reader.text(piece))
  parser.on('closetag', ({ name }) => {
    depth -= 1
    reader.close(localName(name))
  })
  parser.write(xml).close()
}

/** `xccdf:Rule` → `Rule`. */
function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
