// HTML that cannot be injected into: whatever is put into a template is escaped unless it is markup itself.

/** Text that is known to be HTML. */
export interface Markup {
  readonly text: string
}

type Piece = Markup | string | number | readonly Markup[]

export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return { text: strings.reduce((text, string, index) => text + written(pieces[index - 1] ?? '') + string) }
}

/** Takes a text of our own (style, script) as it is. */
export function raw(text: string): Markup {
  return { text }
}

export const nothing: Markup = { text: '' }

function written(piece: Piece): string {
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escapeHtml(piece)
  if ('text' in piece) return piece.text
  return piece.map((markup) => markup.text).join('')
}

function escapeHtml(text: string): string {
  return (
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/'/g, '&#39;')
      // Control characters are not allowed in HTML, and those that turn the writing direction only hide something.
      .replace(/(?![\n\r\t])\p{Cc}|\p{Bidi_Control}/gu, '\ufffd')
  )
}
