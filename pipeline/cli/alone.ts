// What `drover harden` and `drover scan` share: which target, with which profile, and how the outcome is told.

import { resolve } from 'node:path'
import {
  type AloneOutcome,
  type AloneRequest,
  fastScanDoubt,
  hardenAlone,
  type Report,
  type ReportFormat,
  reportEndings,
  reportFormats,
  scanAlone,
} from '../../hardening/index.ts'
import { type ExitCode, exitCode, ProblemError } from '../kernel/index.ts'
import { createExec, createFiles, createSystemClock } from '../system/index.ts'
import { type Invocation, optionFlag, optionText } from './command.ts'
import { isImage, onImage } from './scan-image.ts'
import { cacheDirectory, needTool, readTools } from './tools.ts'

export const aloneOptions = [
  { flags: '--profile <file>', description: 'a hardening profile (default: CIS Level 1 Server of the target’s system)' },
  { flags: '--minimum-score <percent>', description: 'refuse below it (default: 0)' },
  { flags: '--out <folder>', description: 'keep the scanner’s results and the report in every format there' },
  { flags: '-p, --port <port>', description: 'SSH port of a host' },
  { flags: '-i, --identity <file>', description: 'SSH key for a host' },
  { flags: '-F, --ssh-config <file>', description: 'SSH configuration for a host, instead of your own' },
] as const

const files = createFiles()

export async function runAlone(invocation: Invocation, mode: 'harden' | 'scan'): Promise<ExitCode> {
  const request = await requestOf(invocation)
  const keep = optionText(invocation, 'out')
  const evidenceDirectory = keep ? resolve(keep) : await files.makeTemporaryDirectory('drover-evidence-')
  try {
    const run = mode === 'harden' ? hardenAlone : scanAlone
    const onTarget = (target: AloneRequest['target'], exec = createExec()) =>
      run({ exec, files }, { ...request, target, evidenceDirectory })
    const named = invocation.arguments[0] ?? ''
    const outcome =
      mode === 'scan' && isImage(named) ? await onImage(invocation, named, onTarget) : await onTarget(await targetOf(invocation))
    if (outcome.ok && keep) await keepReports(evidenceDirectory, outcome.report)
    return tell(invocation, outcome, keep && evidenceDirectory)
  } finally {
    if (!keep) await files.remove(evidenceDirectory)
  }
}

async function requestOf(invocation: Invocation): Promise<Omit<AloneRequest, 'target' | 'evidenceDirectory'>> {
  const { directory } = needTool(await readTools(files, cacheDirectory(process.env)), 'content')
  const profile = optionText(invocation, 'profile')
  return {
    ...(profile && { profileFile: resolve(profile) }),
    contentDirectory: directory,
    method: optionFlag(invocation, 'fast') ? 'fast' : 'plain',
    minimumScorePercent: minimumOf(invocation),
    nowMs: createSystemClock().wallNow(),
    signal: invocation.signal,
    log: (line) => invocation.output.note(line),
  }
}

async function targetOf(invocation: Invocation): Promise<AloneRequest['target']> {
  const named = invocation.arguments[0] ?? ''
  if (/^ami-[0-9a-f]+$/.test(named)) {
    throw new ProblemError({
      code: 'bad-argument',
      message: `${named} is an image, and an image does not change: what hardens one is a release`,
      hint: 'drover scan judges it as it is; drover release bakes a hardened one.',
    })
  }
  const looksLikePath = named.includes('/') || named === '.' || named === '..'
  if (looksLikePath || (await files.kind(named)) === 'directory') {
    if (process.getuid?.() !== 0) {
      throw new ProblemError({
        code: 'missing-right',
        message: 'a root directory is worked on as root',
        hint: 'Run it with sudo.',
      })
    }
    const path = resolve(named)
    if (path === '/') {
      throw new ProblemError({
        code: 'bad-argument',
        message: '/ is this running machine, not a directory',
        hint: 'Name it as a host: localhost.',
      })
    }
    return { kind: 'directory', path }
  }
  if (named.startsWith('-') || /\s/.test(named)) {
    throw new ProblemError({
      code: 'bad-argument',
      message: `${named} is neither a directory nor a host`,
      hint: 'Write user@host.',
    })
  }
  const [port, identity, config] = ['port', 'identity', 'sshConfig'].map((name) => optionText(invocation, name))
  return {
    kind: 'host',
    destination: named,
    options: [
      ...(config ? ['-F', config] : []),
      ...(port ? ['-o', `Port=${port}`] : []),
      ...(identity ? ['-i', identity, '-o', 'IdentitiesOnly=yes'] : []),
    ],
  }
}

function minimumOf(invocation: Invocation): number {
  const written = optionText(invocation, 'minimumScore') ?? '0'
  const percent = Number(written.replace(/\s*%$/, ''))
  if (Number.isFinite(percent) && percent >= 0 && percent <= 100) return percent
  throw new ProblemError({ code: 'bad-argument', message: `${written} is not a percentage`, hint: 'Write 0 to 100, such as 97.' })
}

async function keepReports(directory: string, report: Report): Promise<void> {
  for (const [format, render] of Object.entries(reportFormats)) {
    await files.write(`${directory}/report.${reportEndings[format as ReportFormat]}`, render(report))
  }
}

function tell({ output, json }: Invocation, outcome: AloneOutcome, kept: string | undefined): ExitCode {
  if (!outcome.ok) {
    if (json) output.printJson({ ok: false, message: outcome.message })
    else output.note(outcome.message)
    return exitCode.failed
  }
  const { report, profileFile } = outcome
  const refused = against(report).length > 0
  if (json) output.printJson({ ok: true, profile: profileFile, report, ...(kept && { directory: kept }) })
  else for (const line of linesOf(report, profileFile, kept)) output.print(line)
  return refused ? exitCode.refused : exitCode.done
}

/** What speaks against the target, whatever the scan is worth as a gate. */
function against({ verdict }: Report): readonly string[] {
  return verdict.reasons.filter((reason) => reason !== fastScanDoubt)
}

function outcomeOf(report: Report): string {
  if (against(report).length > 0) return 'refuse'
  return report.verdict.outcome === 'pass' ? 'pass' : 'nothing against it, but a fast scan is no verdict'
}

function linesOf(report: Report, profileFile: string, kept: string | undefined): readonly string[] {
  const failing = report.rules.filter(({ status }) => status === 'failed')
  return [
    `${report.subject.release}: ${outcomeOf(report)}`,
    `  profile    ${profileFile}`,
    `  content    ${report.content.title}, SHA-256 ${report.content.sha256.slice(0, 16)}`,
    ...report.scans.map(({ name, score, scoreAfterWaivers, facts }) => {
      const label = name === 'fresh machine' ? 'scan' : name
      const after = `${scoreAfterWaivers.percent.toFixed(1)} % after waivers`
      return `  ${label.padEnd(9)}  ${score.met} of ${score.applicable} applicable rules met (${score.percent.toFixed(1)} %, ${after}), ${facts.method}, ${(facts.durationMs / 1_000).toFixed(1)} s`
    }),
    ...against(report).map((reason) => `  - ${reason}`),
    ...failing.map(({ name, cis, title }) => `  fails      ${[...cis, name].join(' ')}: ${title}`),
    ...(kept ? [`  report     ${kept}/report.html`] : []),
  ]
}
