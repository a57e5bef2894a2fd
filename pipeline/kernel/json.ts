// JSON that may be none.

/** The value, or undefined, which JSON has not and no schema of an object takes. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
