// What every page of the site has: the way to the others. Links are relative, so the folder works from a disk as from a server.

import { renderDocument } from '../report/html/document.ts'
import { html, type Markup } from '../report/html/markup.ts'
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

export function renderPage({ title, up, organisation, body, filters }: Page): string {
  const whole = html`<a class="skip" href="#content">Skip to the content</a>
<nav class="site" aria-label="Site"><a href="${up}index.html">${organisation}: hardening</a><a href="${up}waivers.html">Waivers</a></nav>
<main id="content">
${body}
</main>`
  return renderDocument({ title, style: wholeStyle, body: whole, ...(filters && { script: filterScript }) })
}
