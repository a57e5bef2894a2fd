// Texts from scanners and machines, made fit for formats that are not HTML.

/** On one line, without what a terminal or a viewer would obey: control characters and those that turn the writing direction. */
export function oneLine(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/\p{Cc}|\p{Bidi_Control}|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
    .trim()
}

/** For XML 1.0: escaped, and without the characters it has no way to write (section 2.2). */
export function escapeXml(text: string): string {
  return text
    .replace(/(?![\n\r\t])\p{Cc}|\p{Bidi_Control}|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '&#13;')
}

/** For Markdown that forges and job summaries render: nothing of it is markup, a link (bare addresses too), a mention or HTML. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_{}[\]()<>#|~:@&!]/g, entity)
    .replace(/\bwww\./gi, (start) => start.replace('.', entity))
    .replace(/^[-+=.]|^\d+[.)](?=\s)/, (start) => start.replace(/\D/, entity))
}

function entity(mark: string): string {
  return `&#${mark.charCodeAt(0)};`
}
