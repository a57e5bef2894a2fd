// What is in the image: packages with the reason each is there for, open ports, programs that run as another user.

import type { Inventory, TracedPackage } from '../../inventory/inventory.ts'
import type { Report } from '../report.ts'
import { html, type Markup, nothing } from './markup.ts'
import { section } from './parts.ts'

/** Only what stands above the base: the base is the vendor's to account for. */
export function inventorySection({ inventory }: Report): Markup {
  if (inventory === undefined) return nothing
  const above = inventory.packages.filter(({ tracedTo }) => tracedTo !== 'base')
  return section(
    'inventory',
    `What is in the image (${inventory.packages.length} packages)`,
    html`<p class="note">${inventory.packages.length - above.length} came with the base. The ${above.length} above it, each with what it is there for:</p>
${packageTable(above)}
${listeningAndSetuid(inventory)}`,
  )
}

export function packageTable(packages: readonly TracedPackage[]): Markup {
  return html`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">Package</th><th scope="col">Version</th><th scope="col">There for</th></tr></thead>
<tbody>${packages.map(({ name, version, tracedTo }) => html`<tr><th scope="row">${name}</th><td data-label="version">${version}</td><td data-label="for">${tracedTo ?? html`<span class="status failed">nothing accounts for it</span>`}</td></tr>`)}</tbody></table></div>`
}

export function listeningAndSetuid({ listening, setuid }: Inventory): Markup {
  return html`<p class="note">Listening on the fresh machine:</p><ul class="names">${listening.map(({ protocol, address, port, program }) => html`<li><code>${protocol} ${address}:${port} ${program}</code></li>`)}</ul>
<p class="note">Programs that run as another user:</p><ul class="names">${setuid.map((path) => html`<li><code>${path}</code></li>`)}</ul>`
}
