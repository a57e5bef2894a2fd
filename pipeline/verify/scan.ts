// The scan that gates: unmodified oscap on the fresh machine, judged against the profile, and the reports on it.

import {
  assembleReport,
  type BundleRequest,
  type GuestBundle,
  judge,
  openProfile,
  type ProfileAndContent,
  prepareRealBootBundle,
  prepareScanBundle,
  type ReadScan,
  type ReportRequest,
  readControlResults,
  readDatedRelease,
  readPackageCount,
  readRemediation,
  readScan,
  renderHtmlReport,
  renderJsonReport,
  type Scan,
  type Standing,
  type Verdict,
} from '../../hardening/index.ts'
import type { Family } from '../config/index.ts'
import { sha256 } from '../kernel/index.ts'
import type { Architecture, Exec, Files } from '../ports/index.ts'
import type { BakedImage, EvidenceFile, PerformerRequest } from '../release/index.ts'
import type { ProbeResult } from './probes.ts'
import type { SecretScanner } from './secrets.ts'
import { remote, type SshTarget, transfer } from './ssh.ts'
import { type Traced, tracePackagesOf } from './trace.ts'
import type { VulnerabilityOutcome } from './vulnerabilities.ts'

export interface ScanContext {
  readonly exec: Exec
  readonly files: Files
  /** Folder of the scanner's content, as scripts/setup put it. */
  readonly contentDirectory: string
  readonly secretScanner: SecretScanner
  /** What the family's release in production met; undefined when there is none. */
  readonly inProduction: (family: string, architecture: Architecture) => Promise<Standing | undefined>
}

export type ScanVerdict =
  | {
      readonly judged: true
      readonly scan: Scan
      /** Of a machine with the image's own kernel, when one was asked. */
      readonly realBoot?: Scan
      readonly verdict: Verdict
      readonly packageCount: number | undefined
      readonly directory: string
      readonly traced: Traced
      /** What it was judged by. */
      readonly opened: ProfileAndContent
    }
  /** No scan came about; that never passes. */
  | { readonly judged: false; readonly reason: string }

/** Everything is removed with the machine; nothing of it touches the image. */
const guestFolder = '/var/lib/drover-verify'
const scanTimeoutMs = 900_000

export async function scanFresh(
  context: ScanContext,
  request: PerformerRequest<'verify'>,
  family: Family,
  image: BakedImage,
  target: SshTarget,
  opened: ProfileAndContent,
): Promise<ScanVerdict> {
  const collected = await collect(context, request, family, image, target, (bundle) =>
    prepareScanBundle(bundle, { files: context.files }),
  )
  if ('reason' in collected) return unjudged(collected.reason)
  return judgeFresh(context, request, family, image, opened, collected.directory)
}

/** Asks a machine with the image's own kernel those rules (full IDs), and no others. */
export async function scanRealBoot(
  context: ScanContext,
  request: PerformerRequest<'verify'>,
  family: Family,
  image: BakedImage,
  target: SshTarget,
  rules: readonly string[],
): Promise<ReadScan> {
  const collected = await collect(context, request, family, image, target, (bundle) =>
    prepareRealBootBundle({ ...bundle, rules }, { files: context.files }),
  )
  if ('reason' in collected) return { ok: false, message: collected.reason }
  return readScan(context.files, collected.directory, 'real-boot')
}

/** Runs a bundle on the machine and brings its results into the evidence folder; a `reason` when that did not come about. */
async function collect(
  context: ScanContext,
  request: PerformerRequest<'verify'>,
  family: Family,
  image: BakedImage,
  target: SshTarget,
  prepare: (request: BundleRequest) => Promise<GuestBundle>,
): Promise<{ readonly directory: string } | { readonly reason: string }> {
  const { exec, files } = context
  const { signal } = request
  signal.throwIfAborted()
  const failed = (reason: string) => ({ reason })
  const work = await files.makeTemporaryDirectory('drover-scan-')
  try {
    const bundle = await prepare(bundleRequestOf(context, request, family, work))
    for (const { from, to } of bundle.files) await files.copy(from, `${work}/up/${to}`)
    const folder = await remote(exec, target, `rm -rf /tmp/drover-scan && mkdir -m 700 /tmp/drover-scan\n`, {
      timeoutMs: 30_000,
      signal,
    })
    if (!folder.ok) return failed(`the scan's folder could not be made: ${folder.message}`)
    const sent = await transfer(exec, target, 'up', `${work}/up/.`, '/tmp/drover-scan/', { timeoutMs: 120_000, signal })
    if (!sent.ok) return failed(`the scanner's files could not be sent: ${sent.message}`)
    const ran = await remote(exec, target, runScript(bundle), { timeoutMs: scanTimeoutMs, signal })
    if (!ran.ok) return failed(`the scan did not run: ${ran.stderr.trim().split('\n').at(-1) || ran.message}`)
    const directory = `${request.evidenceDirectory}/verify/${image.architecture}`
    await files.makeDirectory(directory)
    for (const result of bundle.results) {
      const name = result.split('/').at(-1) ?? result
      const got = await transfer(exec, target, 'down', `${directory}/${name}`, `/tmp/drover-scan/${result}`, {
        timeoutMs: 120_000,
        signal,
      })
      if (!got.ok) return failed(`the scan left no ${result}: ${got.message}`)
    }
    return { directory }
  } finally {
    await files.remove(work)
  }
}

interface Reported {
  readonly image: BakedImage
  /** Everything that speaks against the image, whoever found it. */
  readonly reasons: readonly string[]
  readonly scan: ScanVerdict
  readonly hygiene?: readonly ProbeResult[]
  readonly node?: readonly ProbeResult[]
  readonly vulnerabilities?: VulnerabilityOutcome
}

/** HTML and JSON of every image, and the scan's own files, each with its digest. */
export async function writeReports(
  context: ScanContext,
  request: PerformerRequest<'verify'>,
  family: Family,
  outcomes: readonly Reported[],
  organisation: string,
): Promise<readonly EvidenceFile[]> {
  const evidence: EvidenceFile[] = []
  const { evidenceDirectory, release, clock } = request
  for (const { image, reasons, scan, hygiene, node = [], vulnerabilities } of outcomes) {
    if (vulnerabilities?.raw !== undefined) {
      const path = `verify/${image.architecture}/vulnerabilities.txt`
      await context.files.write(`${evidenceDirectory}/${path}`, vulnerabilities.raw)
      evidence.push({ path, sha256: sha256(vulnerabilities.raw) })
    }
    if (!scan.judged) continue
    const { profile, content } = scan.opened
    const bakeDirectory = `${evidenceDirectory}/bake/${image.architecture}/hardening`
    const [before, after] = await Promise.all(['before', 'after'].map((name) => readScan(context.files, bakeDirectory, name)))
    const remediation = await readRemediation(context.files, bakeDirectory, scan.opened)
    const distribution = await readDatedRelease(context.files, `${evidenceDirectory}/bake/${image.architecture}`)
    const base = release.bases.find(({ architecture }) => architecture === image.architecture)
    const report = assembleReport({
      subject: {
        organisation,
        family: release.family,
        release: release.id,
        images: [image],
        base: { imageId: base?.imageId ?? '', name: base?.name ?? '', ownerAccount: base?.ownerAccount ?? '' },
        ...(scan.packageCount === undefined ? {} : { packageCount: scan.packageCount }),
        ...(distribution && { distribution }),
      },
      profile,
      content,
      ...(before?.ok ? { before: before.scan } : {}),
      ...(after?.ok ? { after: after.scan } : {}),
      ...(remediation && { remediation }),
      scan: scan.scan,
      ...(scan.realBoot && { realBoot: scan.realBoot }),
      // Of the image, not of the scan alone: who opens the report is told why, whatever it was.
      verdict: { ...scan.verdict, outcome: reasons.length > 0 ? 'refuse' : 'pass', reasons },
      minimumScorePercent: family.verify.minimumScorePercent,
      ...(hygiene && {
        hygiene: [
          ...hygiene.map(({ probe, ok, detail }) => ({ control: `hygiene: ${probe}`, met: ok, message: detail })),
          ...node.map(({ probe, ok, detail }) => ({ control: probe, met: ok, message: detail })),
        ],
      }),
      ...vulnerabilityFacts(vulnerabilities),
      ...(scan.traced.inventory && { inventory: scan.traced.inventory }),
      nowMs: clock.now(),
    })
    const suffix = outcomes.length > 1 ? `-${image.architecture}` : ''
    const pages = { [`report${suffix}.html`]: renderHtmlReport(report), [`report${suffix}.json`]: renderJsonReport(report) }
    for (const [path, text] of Object.entries(pages)) {
      await context.files.write(`${evidenceDirectory}/${path}`, text)
      evidence.push({ path, sha256: sha256(text) })
    }
    for (const name of await context.files.list(scan.directory)) {
      const bytes = await context.files.readBytes(`${scan.directory}/${name}`)
      if (bytes) evidence.push({ path: `verify/${image.architecture}/${name}`, sha256: sha256(bytes) })
    }
  }
  return evidence
}

function vulnerabilityFacts(outcome: VulnerabilityOutcome | undefined): Pick<ReportRequest, 'vulnerabilities' | 'fixes'> {
  if (outcome === undefined) return {}
  const { scan, verdict, fixes } = outcome
  // Without a policy nothing refuses, and everything found is reported as accepted.
  const found = verdict?.found ?? scan?.found.map((one) => ({ ...one, status: 'accepted' as const })) ?? []
  return {
    ...(scan && {
      vulnerabilities: {
        scanner: scan.scanner,
        ...(scan.dataFromMs === undefined ? {} : { dataFrom: new Date(scan.dataFromMs).toISOString() }),
        found,
      },
    }),
    ...(fixes.length > 0 && { fixes }),
  }
}

/** What the scan in that evidence folder comes to, with a real boot's answers where there are any. */
export async function judgeFresh(
  { files, inProduction }: ScanContext,
  request: PerformerRequest<'verify'>,
  family: Family,
  image: BakedImage,
  opened: ProfileAndContent,
  directory: string,
  realBoot?: Scan,
): Promise<ScanVerdict> {
  const read = await readScan(files, directory, 'scan')
  if (!read.ok) return unjudged(read.message)
  const { profile, content } = opened
  const before = await inProduction(family.name, image.architecture)
  const verdict = judge({
    profile,
    content,
    scan: read.scan,
    ...(realBoot && { realBoot }),
    demandRealBoot: family.verify.realBoot === 'required',
    controls: await readControlResults(files, directory),
    minimumScorePercent: family.verify.minimumScorePercent,
    ...(before && { inProduction: before }),
    nowMs: request.clock.now(),
  })
  const traced = await tracePackagesOf(files, family, {
    bakeDirectory: `${request.evidenceDirectory}/bake/${image.architecture}`,
    machineDirectory: directory,
    profile,
  })
  return {
    judged: true,
    scan: read.scan,
    ...(realBoot && { realBoot }),
    verdict,
    packageCount: await readPackageCount(files, directory),
    directory,
    traced,
    opened,
  }
}

/** The steps run as root from a folder only root can write; the results go back to the login user. */
function runScript({ steps }: { readonly steps: readonly { readonly name: string; readonly script: string }[] }): string {
  const run = steps.map(({ script }) => `./${script}`).join('\n')
  return `sudo -n sh -eus <<'DROVER_SCAN'
rm -rf ${guestFolder}
cp -r /tmp/drover-scan ${guestFolder}
chown -R root:root ${guestFolder}
cd ${guestFolder}
find . -name '*.sh' -exec chmod 0755 {} +
export DROVER_BUNDLE=${guestFolder} DEBIAN_FRONTEND=noninteractive
mkdir -p results
${run}
rm -rf /tmp/drover-scan/results
cp -r results /tmp/drover-scan/
chown -R "$SUDO_UID:$SUDO_GID" /tmp/drover-scan/results
rm -rf ${guestFolder}
DROVER_SCAN
`
}

/** The family's profile, and the content it is about. */
export function openProfileOf(
  context: ScanContext,
  request: PerformerRequest<'verify'>,
  family: Family,
): Promise<ProfileAndContent> {
  return openProfile(context.files, bundleRequestOf(context, request, family, ''))
}

function bundleRequestOf(
  { contentDirectory }: ScanContext,
  { clock }: PerformerRequest<'verify'>,
  { name, hardening }: Family,
  workDirectory: string,
): BundleRequest {
  return { profileFile: hardening.profileFile, family: name, contentDirectory, workDirectory, nowMs: clock.now() }
}

function unjudged(reason: string): ScanVerdict {
  return { judged: false, reason }
}
