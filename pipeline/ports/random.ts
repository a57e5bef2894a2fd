// Randomness, so that a simulation can seed it.

export interface Random {
  /** Lower-case hexadecimal text of that many characters. */
  hex(length: number): string
  /** A whole number from 0 up to but not including the bound. */
  below(bound: number): number
}
