/** A message as a sentence of its own among the reasons: a capital first, a full stop last. */
export function sentence(message: string): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`
}
