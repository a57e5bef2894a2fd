// Lists in sentences.

/** `a, b and 3 more`: the first so many, and how many are left. A list of hundreds helps nobody decide. */
export function listed(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}
