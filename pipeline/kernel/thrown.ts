// What was thrown may be anything.

/** The words of an error, or whatever else was thrown as text. */
export function thrownWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
