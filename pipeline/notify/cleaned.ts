// Texts that machines, scanners and APIs wrote: one line, of bounded length, without what would make it look like another.

/** Control characters, and those that turn a text's direction or can't be seen. */
const deceiving =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are exactly what must not pass
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Escape sequences of terminals go whole: what is left of one would only puzzle. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what they begin with
const terminalSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g

export function cleaned(text: string, mostCharacters: number): string {
  const line = text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(terminalSequence, '')
    .replace(deceiving, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  return characters.length <= mostCharacters
    ? line
    : `${characters
        .slice(0, mostCharacters - 1)
        .join('')
        .trimEnd()}…`
}
