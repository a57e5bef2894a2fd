// Pieces that the report and the site's pages are built of.

import { warningDays } from '../../profile/waiver-terms.ts'
import { html, type Markup, nothing } from './markup.ts'

export function section(id: string, title: string, body: Markup): Markup {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`
}

/** A coloured box of sentences; nothing when there are none. */
export function sentences(kind: 'reasons' | 'warnings', title: string, list: readonly string[]): Markup {
  if (list.length === 0) return nothing
  return html`<section class="${kind}"><h2>${title}</h2><ul>${list.map((sentence) => html`<li>${sentence}</li>`)}</ul></section>`
}

export function daysText(left: number): string {
  return left < 0 ? 'expired' : left === 0 ? 'last day' : `${left} days left`
}

/** How long a waiver still holds, coloured by how soon that is. */
export function daysBadge(left: number): Markup {
  const urgency = left < 0 ? 'expired' : left < warningDays ? 'soon' : 'later'
  return html`<span class="left ${urgency}">${daysText(left)}</span>`
}
