// What is packed for the build machine: the plan as plain lists that a shell reads, and the files they speak of.

import { basename } from 'node:path'
import { type Agent, type AgentFile, ownPackages } from '../config/index.ts'
import { sha256 } from '../kernel/index.ts'
import type { BakeRequest } from './bake-request.ts'
import { familyFolder } from './plan-build.ts'
import type { PlannedFile } from './planned-file.ts'

export function planBundle(request: BakeRequest): readonly PlannedFile[] {
  const { family, hardening, folders } = request
  return [
    { path: 'bundle/rootfs', from: `${folders.packer}/rootfs` },
    list('packages', packagesOf(request)),
    table('repositories', repositoriesOf(family.agents)),
    table('files', family.agents.flatMap(fileRows)),
    table(
      'services',
      family.agents.flatMap(({ services }) => services.map(({ unit, expect }) => [unit, expect])),
    ),
    text('login', `LOGIN_USER='${family.login.user}'\nALLOW_GROUPS='${family.login.allowGroups.join(' ')}'\n`),
    text('enrolments.json', `${JSON.stringify(enrolmentsOf(family.agents), undefined, 2)}\n`),
    text('release.json', `${JSON.stringify(stampOf(request), undefined, 2)}\n`),
    table(
      'hardening-steps',
      hardening.steps.map(({ when, name, script }) => [when, name, script]),
    ),
    list('hardening-results', hardening.results),
    ...family.agents.flatMap(repositoryFiles),
    ...family.agents.flatMap(({ name, files }) =>
      files.map((file, index): PlannedFile => ({ path: `bundle/${agentPath(name, file, index)}`, from: file.from })),
    ),
    ...family.provisioners.flatMap((provisioner, index): PlannedFile[] =>
      provisioner.kind === 'files' ? [{ path: `bundle/${familyFolder(index)}`, from: provisioner.from }] : [],
    ),
    ...hardening.files.map(({ from, to }): PlannedFile => ({ path: `bundle/hardening/${to}`, from })),
  ]
}

/** For apt-get: `name`, `name=version`, or `name-` for one that must go. */
function packagesOf({ family, hardening }: BakeRequest): readonly string[] {
  const wanted = family.agents.flatMap(({ packages }) =>
    packages.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`)),
  )
  const unwanted = hardening.removedPackages.map((name) => `${name}-`)
  return [...new Set([...ownPackages, ...wanted, ...hardening.packages, ...unwanted])].sort()
}

function repositoriesOf(agents: readonly Agent[]): readonly (readonly string[])[] {
  return agents.flatMap(({ name, repository }) => (repository ? [[name, repository.keyFingerprint]] : []))
}

function repositoryFiles({ name, repository }: Agent): readonly PlannedFile[] {
  if (repository === undefined) return []
  const { uri, suite, components, keyFile } = repository
  const source = [
    'Types: deb',
    `URIs: ${uri}`,
    `Suites: ${suite}`,
    ...(components.length > 0 ? [`Components: ${components.join(' ')}`] : []),
    `Signed-By: /etc/apt/keyrings/${name}.asc`,
  ]
  return [
    { path: `bundle/plan/repository-${name}.asc`, from: keyFile },
    text(`repository-${name}.sources`, `${source.join('\n')}\n`),
  ]
}

/** Source in the bundle, target, mode (`-`: by whether it is executable), owner. */
function fileRows({ name, files }: Agent): readonly (readonly string[])[] {
  return files.map((file, index) => [agentPath(name, file, index), file.to, file.mode ?? '-', file.owner])
}

function agentPath(agent: string, file: AgentFile, index: number): string {
  return `agents/${agent}/${index}-${basename(file.from)}`
}

/** What drover-enrol reads on every machine; names only, no value. */
function enrolmentsOf(agents: readonly Agent[]): unknown {
  return {
    agents: agents.map(({ name }) => ({ name, identity: sha256(`drover agent ${name}`).slice(0, 32) })),
    enrolments: agents.flatMap(({ name, enrolments }) => enrolments.map((enrolment) => ({ agent: name, ...enrolment }))),
  }
}

/** `/etc/drover-release.json`: what a machine says about where it comes from. */
function stampOf({ release, family, base }: BakeRequest): unknown {
  return {
    release: release.id,
    family: family.name,
    architecture: base.architecture,
    base: { imageId: base.imageId, name: base.name, ownerAccount: base.ownerAccount },
    configCommit: release.configCommit,
    builtAt: release.builtAt,
  }
}

function list(name: string, lines: readonly string[]): PlannedFile {
  return text(name, lines.map((line) => `${line}\n`).join(''))
}

function table(name: string, rows: readonly (readonly string[])[]): PlannedFile {
  return list(
    name,
    rows.map((row) => row.join('\t')),
  )
}

function text(name: string, content: string): PlannedFile {
  return { path: `bundle/plan/${name}`, text: content, mode: 0o644 }
}
