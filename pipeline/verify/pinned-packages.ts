// Packages that are files with a digest: no repository has to know them.

import type { Family } from '../config/index.ts'
import { quoted } from './shell.ts'

/** A line of a shell that prints their names, one a line. */
export function printPinnedPackages({ agents }: Family): string {
  const names = agents.flatMap(({ packages }) => packages.filter(({ files }) => files !== undefined).map(({ name }) => name))
  return `printf '%s\\n' ${names.map(quoted).join(' ')}`
}
