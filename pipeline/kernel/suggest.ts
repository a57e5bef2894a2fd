// "Did you mean": the nearest known word, if it is near enough to help.

/** The known word with the least edit distance, or undefined when none is within a third of the word's length. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Two neighbours swapped count as one edit, like a letter more, less or other. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const transposition = swapped ? (beforePrevious[j - 2] as number) + 1 : substitution
      current.push(Math.min(substitution, transposition, (previous[j] as number) + 1, (current[j - 1] as number) + 1))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] as number
}
