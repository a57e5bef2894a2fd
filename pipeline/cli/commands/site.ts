// `drover site`: every report as a folder of pages for the security team; no server, no network.

import { resolve } from 'node:path'
import { renderSite } from '../../../hardening/index.ts'
import { exitCode } from '../../kernel/index.ts'
import { createFiles, createSystemClock } from '../../system/index.ts'
import { type CommandSpec, optionText } from '../command.ts'
import { openFor, placeOptions } from '../invocation.ts'

export const site: CommandSpec = {
  summary: 'the security team’s site: families, releases, every control with its history, waivers; a folder of pages',
  options: [...placeOptions, { flags: '--out <folder>', description: 'write it there (default: hardening-site)' }],
  examples: ['drover site --out /srv/www/hardening'],
  async run(invocation) {
    const drover = await openFor(invocation)
    const { releases, unread } = await drover.siteReleases()
    const files = createFiles()
    const out = resolve(optionText(invocation, 'out') ?? 'hardening-site')
    let pages = 0
    const input = { organisation: drover.config.organisation, releases, unread, nowMs: createSystemClock().wallNow() }
    for (const [path, text] of renderSite(input)) {
      await files.write(`${out}/${path}`, text)
      pages += 1
    }
    const { output, json } = invocation
    if (json) output.printJson({ index: `${out}/index.html`, pages, releases: releases.length, unread })
    else output.print(`${out}/index.html: ${releases.length} reports, ${pages} pages`)
    for (const message of unread) output.note(`not in it: ${message}`)
    return exitCode.done
  },
}
