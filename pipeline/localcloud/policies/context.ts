// What is known of a request when policies are asked about it: condition keys and their values.

/** By condition key, however it is capitalised; undefined and empty lists are keys the request does not have. */
export type Facts = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Context {
  /** The values of a key, never empty; undefined when the request does not have it. */
  valuesOf(key: string): readonly string[] | undefined
}

/** "Condition key names are not case-sensitive" [doc: reference_policies_elements_condition]. Later facts win. */
export function contextOf(...facts: readonly Facts[]): Context {
  const values = new Map<string, readonly string[]>()
  for (const some of facts) {
    for (const [key, value] of Object.entries(some)) {
      const list = value === undefined ? [] : typeof value === 'string' ? [value] : value
      if (list.length > 0) values.set(key.toLowerCase(), list)
    }
  }
  return { valuesOf: (key) => values.get(key.toLowerCase()) }
}
