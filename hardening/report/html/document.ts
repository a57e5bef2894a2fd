// The frame of every page: its policy, its one style, and at most one script, each named by its digest.

import { createHash } from 'node:crypto'
import { html, type Markup, nothing, raw } from './markup.ts'

export interface Document {
  readonly title: string
  readonly style: string
  /** Everything inside `body` but the script. */
  readonly body: Markup
  readonly script?: string
}

/** Everything that came from outside is escaped by then; nothing is loaded from anywhere, and no script runs but the page's own. */
export function renderDocument({ title, style, body, script }: Document): string {
  const scripts = script === undefined ? '' : `script-src '${digestOf(script)}'; `
  const policy = `default-src 'none'; style-src '${digestOf(style)}'; ${scripts}base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
${body}
${script === undefined ? nothing : html`<script>${raw(script)}</script>`}
</body>
</html>
`.text
}

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
