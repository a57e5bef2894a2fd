// Parts of an answer whose text is kept: rows are asked for over and over, and few of them change in between.

/** What was written of a part, kept for as long as `sources`, all it was made of, stay the same. */
interface Text {
  readonly sources: readonly unknown[]
  /** The structure's members as XML, in bytes: they are sent as they are. Undefined until they are first written. */
  xml: Buffer | undefined
}

/** Stands in an answer for a structure that may not need to be made at all. */
export class Kept {
  readonly #text: Text
  readonly make: () => object

  constructor(text: Text, make: () => object) {
    this.#text = text
    this.make = make
  }

  xml(write: (part: object) => Buffer): Buffer {
    this.#text.xml ??= write(this.make())
    return this.#text.xml
  }
}

/** Keeps one kind of view by its row. Rows are values, so the same row, with the same other sources, has the same view. */
export function keeper<View extends object>(): (row: object, otherSources: readonly unknown[], make: () => View) => View {
  const texts = new WeakMap<object, Text>()
  return (row, sources, make) => {
    let text = texts.get(row)
    if (text === undefined || text.sources.some((source, index) => source !== sources[index])) {
      text = { sources, xml: undefined }
      texts.set(row, text)
    }
    // The encoders alone look into an answer, and they know what it is.
    return new Kept(text, make) as unknown as View
  }
}

/** The answer with every part made, for an encoder that keeps none. */
export function whole(value: unknown): unknown {
  if (value instanceof Kept) return value.make()
  if (Array.isArray(value)) return value.map(whole)
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, whole(member)]))
}
