// Consoles of machines that may be gone: EC2 too shows those of terminated instances for a while.

export interface Consoles {
  keep(id: string, text: string): void
  of(id: string): string | undefined
}

/** At up to 64 KiB each. */
const mostKept = 200

/** The latest ones only. */
export function createConsoles(): Consoles {
  const kept = new Map<string, string>()
  return {
    keep(id, text) {
      kept.delete(id)
      kept.set(id, text)
      const [oldest] = kept.keys()
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    },
    of: (id) => kept.get(id),
  }
}
