// What is in the image: packages with the reason each is there for, open ports, programs that run as another user.

import type { Report } from '../report.ts'
import { html, type Markup, nothing } from './markup.ts'

export function inventorySection({ inventory }: Report): Markup {
  if (inventory === undefined) return nothing
  const { packages, listening, setuid } = inventory
  const above = packages.filter(({ tracedTo }) => tracedTo !== 'base')
  return html`<section aria-labelledby="inventory"><h2 id="inventory">What is in the image (${packages.length} packages)</h2>
<p class="note">${packages.length - above.length} came with the base. The ${above.length} above it, each with what it is there for:</p>
<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Package</th><th scope="col">Version</th><th scope="col">There for</th></tr></thead>
<tbody>${above.map(({ name, version, tracedTo }) => html`<tr><th scope="row">${name}</th><td data-label="version">${version}</td><td data-label="for">${tracedTo ?? html`<span class="status failed">nothing accounts for it</span>`}</td></tr>`)}</tbody></table></div>
<p class="note">Listening on the fresh machine:</p><ul class="names">${listening.map(({ protocol, address, port, program }) => html`<li><code>${protocol} ${address}:${port} ${program}</code></li>`)}</ul>
<p class="note">Programs that run as another user:</p><ul class="names">${setuid.map((path) => html`<li><code>${path}</code></li>`)}</ul></section>`
}
