// What goes into a machine to scan and remediate it, in which order it runs there, and what comes back.

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { sha256 } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'
import type { Content } from '../content/content.ts'
import { asScanned } from '../content/read-content.ts'
import { slimContent } from '../drift/slim-content.ts'
import type { Declared } from '../inventory/trace-packages.ts'
import { openProfile, type ProfileAndContent, type ProfileRequest } from '../profile/open-profile.ts'
import type { Profile } from '../profile/profile.ts'
import { gatingProfileId, remediationProfileId, renderTailoring } from '../tailoring/render-tailoring.ts'
import { type Control, controlsDirectory, readControl } from './controls.ts'

export interface GuestBundle {
  /** Installed in the bake's one transaction and kept in the image. */
  readonly packages: readonly string[]
  /** Packages that must not be in the image; purged before the first step after the provisioners. */
  readonly removedPackages: readonly string[]
  /** `from`: absolute path here. `to`: relative to the bundle's folder in the machine. */
  readonly files: readonly { readonly from: string; readonly to: string; readonly mode: '0644' | '0755' }[]
  /** Run as root with the bundle's folder as working directory; a step that does not exit 0 fails the bake. */
  readonly steps: readonly {
    readonly name: string
    readonly script: string
    readonly when: 'before-packages' | 'after-provisioners'
  }[]
  /** Files relative to the bundle's folder that are fetched after the last step. */
  readonly results: readonly string[]
}

export interface BundleRequest extends ProfileRequest {
  /** Private folder the bundle's generated files are written to. */
  readonly workDirectory: string
}

export interface RealBootRequest extends BundleRequest {
  /** Full IDs of the rules that are asked there, and no others. */
  readonly rules: readonly string[]
}

interface BundlePorts {
  readonly files: Files
}

/** Everything the bake needs: before-scan, remediation, after-scan. Throws ProblemError for what the user must mend. */
export async function prepareGuestBundle(request: BundleRequest, { files }: BundlePorts): Promise<GuestBundle> {
  const prepared = await prepare(files, request)
  return {
    packages: [...new Set([...prepared.profile.packages, ...prepared.controls.flatMap((control) => control.packages)])].sort(),
    removedPackages: prepared.profile.removedPackages,
    files: await bundleFiles(files, request, prepared),
    steps: [
      { name: 'scan before hardening', script: 'guest/before-scan.sh', when: 'before-packages' },
      { name: 'harden', script: 'guest/remediate.sh', when: 'after-provisioners' },
      { name: 'scan after hardening', script: 'guest/after-scan.sh', when: 'after-provisioners' },
    ],
    results: [
      ...scanFiles('before'),
      ...scanFiles('after'),
      ...checkedFiles,
      'results/remediation.log.gz',
      'results/content-fixes.txt',
    ],
  }
}

/** Packages that hardening asks for, by who does: the profile, and each control of ours. */
export async function declaredByHardening(files: Files, profile: Profile): Promise<readonly Declared[]> {
  const controls = await controlsOf(files, profile)
  return [
    ...controls.map(({ id, packages }) => ({ reason: `control ${id}`, packages })),
    { reason: 'profile', packages: profile.packages },
  ]
}

/** What a fresh machine of the finished image needs for the scan that gates. */
export async function prepareScanBundle(request: BundleRequest, { files }: BundlePorts): Promise<GuestBundle> {
  const prepared = await prepare(files, request)
  const results = [...scanFiles('scan'), ...checkedFiles]
  return scanning(await bundleFiles(files, request, prepared), 'scan', 'guest/verify-scan.sh', results)
}

export interface DriftBundle extends ProfileAndContent {
  readonly bundle: GuestBundle
}

/** What asks a machine that has lived: a fast scan with content that is small enough to be sent in pieces; it never gates. */
export async function prepareDriftBundle(request: BundleRequest, { files }: BundlePorts): Promise<DriftBundle> {
  const { profile, content } = await prepare(files, request, { slim: true })
  const sent = await bundleFiles(files, request, { controls: [] })
  return { profile, content, bundle: scanning(sent, 'scan for drift', 'guest/drift-scan.sh', ['results/drift.txt']) }
}

/** What a machine with the image's own kernel needs to be asked what a container could not answer. */
export async function prepareRealBootBundle(request: RealBootRequest, { files }: BundlePorts): Promise<GuestBundle> {
  const prepared = await prepare(files, request, { rules: request.rules })
  const sent = await bundleFiles(files, request, prepared)
  return scanning(sent, 'scan of the real boot', 'guest/real-boot-scan.sh', scanFiles('real-boot'))
}

/** A bundle that only looks: one step, and nothing installed or removed. */
function scanning(files: GuestBundle['files'], name: string, script: string, results: readonly string[]): GuestBundle {
  return { packages: [], removedPackages: [], files, steps: [{ name, script, when: 'after-provisioners' }], results }
}

interface Prepared {
  readonly profile: Profile
  readonly content: Content
  readonly controls: readonly Control[]
}

interface Wanted {
  /** Full IDs; empty means all that the profile selects. */
  readonly rules?: readonly string[]
  readonly slim?: boolean
}

async function prepare(files: Files, request: BundleRequest, { rules = [], slim = false }: Wanted = {}): Promise<Prepared> {
  const { profile, content } = await openProfile(files, request)
  const controls = await controlsOf(files, profile)
  const whole = asScanned((await files.readBytes(content.file)) ?? new Uint8Array())
  const sent = Buffer.from(slim ? slimContent(whole) : whole)
  const generated = {
    'tailoring.xml': renderTailoring({
      profile,
      content,
      answered: controls.flatMap((control) => control.answers),
      nowMs: request.nowMs,
    }),
    'settings.sh': settings(profile, sha256(sent), rules, slim),
    'content.xml.gz': gzipSync(sent, { level: 9 }),
  }
  for (const [name, data] of Object.entries(generated)) await files.write(`${request.workDirectory}/${name}`, data)
  return { profile, content, controls }
}

function controlsOf(files: Files, profile: Profile): Promise<readonly Control[]> {
  return Promise.all(profile.controls.map((id) => readControl(files, id)))
}

/** Every name in here is from a closed alphabet (IDs, digests), so single quotes are enough. */
function settings(profile: Profile, contentSha256: string, rules: readonly string[], slim: boolean): string {
  return `# Generated: what the guest's scripts are told.
PROFILE='${gatingProfileId}'
REMEDIATION_PROFILE='${remediationProfileId}'
CONTENT_SHA256='${contentSha256}'
CONTROLS='${profile.controls.join(' ')}'
RULES='${rules.join(' ')}'
VALIDATION='${slim ? '--skip-validation' : ''}'
`
}

async function bundleFiles(
  files: Files,
  request: BundleRequest,
  { controls }: Pick<Prepared, 'controls'>,
): Promise<GuestBundle['files']> {
  const guest = fileURLToPath(new URL('../guest', import.meta.url))
  const scripts = (await files.list(guest)).map((name) => ({ from: `${guest}/${name}`, to: `guest/${name}`, mode: modeOf(name) }))
  const ours = controls.flatMap((control) =>
    control.files.map((name) => ({
      from: `${controlsDirectory}/${control.id}/${name}`,
      to: `controls/${control.id}/${name}`,
      mode: modeOf(name),
    })),
  )
  return [
    { from: `${request.workDirectory}/content.xml.gz`, to: 'content.xml.gz', mode: '0644' },
    { from: `${request.workDirectory}/tailoring.xml`, to: 'tailoring.xml', mode: '0644' },
    { from: `${request.workDirectory}/settings.sh`, to: 'guest/settings.sh', mode: '0644' },
    ...scripts,
    ...ours,
  ]
}

function modeOf(name: string): '0644' | '0755' {
  return name.endsWith('.sh') ? '0755' : '0644'
}

/** What check-controls.sh leaves. */
const checkedFiles = ['controls.json', 'packages.txt', 'listening.txt', 'setuid.txt'].map((name) => `results/${name}`)

function scanFiles(name: string): readonly string[] {
  return [`results/${name}.xml.gz`, `results/${name}.json`]
}
