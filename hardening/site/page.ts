// The frame of every page: policy, style, navigation. Links are relative, so the folder works from a disk as from a server.

import { createHash } from 'node:crypto'
import { html, type Markup, raw } from '../report/html/markup.ts'
import { style } from '../report/html/style.ts'
import { filterScript } from './filter-script.ts'
import { siteStyle } from './site-style.ts'

export interface Page {
  readonly title: string
  /** `../` for each folder the page is in. */
  readonly up: string
  readonly organisation: string
  readonly body: Markup
  /** The page has a table that can be filtered. */
  readonly filters?: boolean
}

const wholeStyle = style + siteStyle

/** Nothing is loaded from anywhere; no script runs but the page's own, by its digest. */
export function renderPage({ title, up, organisation, body, filters }: Page): string {
  const script = filters ? `script-src '${hash(filterScript)}'; ` : ''
  const policy = `default-src 'none'; style-src '${hash(wholeStyle)}'; ${script}base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(wholeStyle)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<nav class="site" aria-label="Site"><a href="${up}index.html">${organisation}: hardening</a><a href="${up}waivers.html">Waivers</a></nav>
<main id="content">
${body}
</main>
${filters ? html`<script>${raw(filterScript)}</script>` : html``}
</body>
</html>
`.text
}

export function section(id: string, title: string, body: Markup): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
