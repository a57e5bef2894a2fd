// Hardening and scanning without a release: any root directory, any machine that SSH reaches, with a profile and its content.

import { fileURLToPath } from 'node:url'
import { ProblemError } from '../../pipeline/kernel/index.ts'
import type { Exec, Files } from '../../pipeline/ports/index.ts'
import { type GuestBundle, prepareGuestBundle, prepareScanBundle } from '../engine/bundle.ts'
import { openProfile } from '../profile/open-profile.ts'
import { assembleReport, type Report } from '../report/report.ts'
import { readRemediation } from '../results/read-remediation.ts'
import { readControlResults, readPackageCount, readScan } from '../results/read-scan.ts'
import { judge } from '../verdict/judge.ts'
import { osRelease, perform, type Target } from './target.ts'

export interface AloneRequest {
  readonly target: Target
  /** Absolute path; undefined takes the starting profile of the target's system, CIS Level 1 Server. */
  readonly profileFile?: string
  readonly contentDirectory: string
  /** `plain` is the scan that may gate; a directory is not a machine, so its scan never does. */
  readonly method: 'plain' | 'fast'
  readonly minimumScorePercent: number
  /** Folder the scanner's own results and the logs are kept in. */
  readonly evidenceDirectory: string
  readonly nowMs: number
  readonly signal: AbortSignal
  log(line: string): void
}

export type AloneOutcome =
  | { readonly ok: true; readonly report: Report; readonly profileFile: string }
  /** Something on the target failed; what was changed until then stays changed. */
  | { readonly ok: false; readonly message: string }

interface Ports {
  readonly exec: Exec
  readonly files: Files
}

/** Scans before, hardens, scans again. Throws ProblemError for what the user must mend; then nothing was changed. */
export function hardenAlone(ports: Ports, request: AloneRequest): Promise<AloneOutcome> {
  return alone(ports, request, 'change')
}

/** Scans only: nothing on the target is different afterwards. Throws ProblemError as above. */
export function scanAlone(ports: Ports, request: AloneRequest): Promise<AloneOutcome> {
  return alone(ports, request, 'look')
}

/** What a system calls itself, and where its hardening begins. Only what apt installs can have the scanner brought along. */
const startingProfiles: Readonly<Record<string, string>> = {
  'debian 12': 'debian-12-cis-level-1-server.yaml',
  'debian 13': 'debian-13-cis-level-1-server.yaml',
}

async function alone(ports: Ports, request: AloneRequest, mode: 'look' | 'change'): Promise<AloneOutcome> {
  const { files } = ports
  const { target, signal, log, nowMs, contentDirectory } = request
  const profileFile = await chosenProfile(ports, request)
  const opening = { profileFile, contentDirectory, nowMs }
  const opened = await openProfile(files, opening)
  const { profile, content } = opened
  const work = await files.makeTemporaryDirectory('drover-alone-')
  try {
    const bundleRequest = { ...opening, workDirectory: `${work}/made` }
    const bundle =
      mode === 'change' ? await prepareGuestBundle(bundleRequest, { files }) : await prepareScanBundle(bundleRequest, { files })
    const up = `${work}/up`
    for (const { from, to, mode: bits } of bundle.files) {
      await files.write(`${up}/${to}`, (await files.readBytes(from)) ?? new Uint8Array(), Number.parseInt(bits, 8))
    }
    await files.write(`${up}/prepare.sh`, prepareScript(mode, bundle), 0o755)
    await files.write(`${up}/run.sh`, runScript(mode, target, request.method), 0o755)
    const performed = await perform(ports, target, { mode, bundle: up, signal, log })
    if (!performed.ok) return performed
    for (const name of await files.list(`${up}/results`)) {
      await files.copy(`${up}/results/${name}`, `${request.evidenceDirectory}/${name}`)
    }
  } finally {
    await files.remove(work)
  }
  const scan = await readScan(files, request.evidenceDirectory, 'scan')
  if (!scan.ok) return scan
  const remediation = await readRemediation(files, request.evidenceDirectory, opened)
  const before = await readScan(files, request.evidenceDirectory, 'before')
  const verdict = judge({
    profile,
    content,
    scan: scan.scan,
    controls: await readControlResults(files, request.evidenceDirectory),
    minimumScorePercent: request.minimumScorePercent,
    nowMs,
  })
  const packageCount = await readPackageCount(files, request.evidenceDirectory)
  const name = target.kind === 'directory' ? target.path : (target.name ?? target.destination)
  const report = assembleReport({
    subject: {
      organisation: 'drover',
      family: target.kind,
      release: name,
      images: [],
      base: { imageId: name, name: scan.scan.facts.system, ownerAccount: 'none' },
      ...(packageCount === undefined ? {} : { packageCount }),
    },
    profile,
    content,
    ...(mode === 'change' && before.ok ? { before: before.scan } : {}),
    ...(mode === 'change' && remediation ? { remediation } : {}),
    scan: scan.scan,
    verdict,
    minimumScorePercent: request.minimumScorePercent,
    nowMs,
  })
  return { ok: true, report, profileFile }
}

async function chosenProfile(ports: Ports, { target, profileFile, signal }: AloneRequest): Promise<string> {
  if (target.kind === 'directory' && (await ports.files.kind(target.path)) !== 'directory') {
    throw problem('not-found', `there is no directory ${target.path}`, 'Name a root directory, or user@host.')
  }
  const release = await osRelease(ports, target, signal)
  if ('reason' in release) {
    throw problem(
      'not-found',
      release.reason,
      'Name the root directory of a system, or a machine that `ssh` reaches without questions.',
    )
  }
  const word = (key: string) => new RegExp(`^${key}="?([\\w.-]*)"?$`, 'm').exec(release.text)?.[1] ?? 'unknown'
  const system = `${word('ID')} ${word('VERSION_ID')}`
  const starting = startingProfiles[system]
  if (starting === undefined) {
    const message = `${target.kind === 'directory' ? target.path : target.destination} is ${system}, and the scanner is brought by apt from Debian`
    throw problem('bad-argument', message, `Known: ${Object.keys(startingProfiles).join(', ')}.`)
  }
  return profileFile ?? fileURLToPath(new URL(`../profiles/${starting}`, import.meta.url))
}

/** With a network: the scanner, and when hardening the packages in one transaction; services don't start in a directory. */
function prepareScript(mode: 'look' | 'change', { packages, removedPackages }: GuestBundle): string {
  const wanted = [...packages, ...removedPackages.map((name) => `${name}-`)]
  const install = `
policy=/usr/sbin/policy-rc.d
made=
if [ ! -d /run/systemd/system ] && [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
  made=yes
fi
trap '[ -z "$made" ] || rm -f "$policy"' EXIT
./guest/scan.sh before fast
apt-get -qq update
SYSTEMD_OFFLINE=1 apt-get -qq install --yes --no-install-recommends -o Dpkg::Options::=--force-unsafe-io ${wanted.join(' ')} > packages.log 2>&1 || {
  tail -n 3 packages.log >&2
  exit 1
}`
  return `#!/bin/bash
set -euo pipefail
command -v apt-get > /dev/null || { echo 'there is no apt-get: the scanner cannot be brought' >&2; exit 1; }
. guest/scanner.sh
install_scanner
mkdir -p results
${mode === 'change' && wanted.length > 0 ? install : ''}
`
}

function runScript(mode: 'look' | 'change', target: Target, method: 'plain' | 'fast'): string {
  // A directory has no services to ask: the scan is fast, and says so.
  const how = target.kind === 'directory' ? 'fast' : method
  return `#!/bin/bash
set -euo pipefail
${mode === 'change' ? './guest/remediate.sh' : ''}
./guest/scan.sh scan ${how}
./guest/check-controls.sh
`
}

function problem(code: 'not-found' | 'bad-argument', message: string, hint: string): ProblemError {
  return new ProblemError({ code, message, hint })
}
