// What is packed for the build machine: the plan as plain lists that a shell reads, and the files they speak of.

import { basename } from 'node:path'
import {
  type Agent,
  type AgentFile,
  componentsOf,
  madeNodeOf,
  ownPackagesOf,
  packageManagerOf,
  unitsOfUserData,
} from '../config/index.ts'
import { sha256 } from '../kernel/index.ts'
import type { BakeRequest } from './bake-request.ts'
import { packageFileName, pinnedPackage, repositoryLines } from './package-managers.ts'
import { familyFolder } from './plan-build.ts'
import type { PlannedFile } from './planned-file.ts'

export function planBundle(request: BakeRequest): readonly PlannedFile[] {
  const { family, hardening, folders } = request
  const made = madeNodeOf(family)
  return [
    { path: 'bundle/rootfs', from: `${folders.packer}/common/rootfs` },
    ...(made ? [{ path: 'bundle/node-rootfs', from: `${folders.packer}/${made.folder}/rootfs` }] : []),
    { path: 'bundle/package-manager.sh', from: `${folders.packer}/package-managers/${packageManagerOf(family)}.sh` },
    list('packages', packagesOf(request)),
    list('unwanted-packages', hardening.removedPackages.toSorted()),
    table('downloads', downloadsOf(request)),
    table('repositories', repositoriesOf(family.agents)),
    table('files', family.agents.flatMap(fileRows)),
    table(
      'services',
      family.agents.flatMap(({ services }) => services.map(({ unit, expect }) => [unit, expect])),
    ),
    list('units-of-user-data', unitsOfUserData(family)),
    ...loginFiles(family),
    text('enrolments.json', `${JSON.stringify(enrolmentsOf(family.agents), undefined, 2)}\n`),
    text('release.json', `${JSON.stringify(stampOf(request), undefined, 2)}\n`),
    ...nodeFiles(request),
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

/** What the package manager is to install from its repositories, as it wants to be told. */
function packagesOf({ family, hardening }: BakeRequest): readonly string[] {
  const manager = packageManagerOf(family)
  const wanted = family.agents.flatMap(({ packages }) =>
    packages
      .filter(({ files }) => files === undefined)
      .map(({ name, version }) => (version === undefined ? name : pinnedPackage(manager, name, version))),
  )
  return [...new Set([...ownPackagesOf(family), ...wanted, ...hardening.packages])].sort()
}

/** Who may log in and how, and for certificates whose signature counts. */
function loginFiles({ login: { user, allowGroups, by } }: BakeRequest['family']): readonly PlannedFile[] {
  const words = [
    ['LOGIN_USER', user],
    ['LOGIN_BY', by?.kind ?? 'keys'],
    ['ALLOW_GROUPS', allowGroups.join(' ')],
  ]
  const policy = text('login', words.map(([name, value]) => `${name}='${value}'\n`).join(''))
  if (by?.kind !== 'ssh-ca') return [policy]
  return [policy, { path: 'bundle/plan/login-trusted-keys', from: by.trustedKeysFile }, list('login-principals', by.principals)]
}

/** What a node is made of, whether that may move, and the release of the distribution it moves to. */
function nodeFiles({ family, base, folders }: BakeRequest): readonly PlannedFile[] {
  const components = componentsOf(family)
  if (components === undefined) return []
  const mayMove = family.node?.upgradeComponents === true
  return [
    list('node-packages', components.packages),
    list('node-programs', components.programs),
    list('node-upgrade', [mayMove ? 'yes' : 'no']),
    list('held-packages', mayMove ? [] : components.packages),
    list('distribution', [base.node?.distribution ?? 'base']),
    ...nodeReadyFiles(family),
    { path: 'bundle/node-rootfs', from: `${folders.packer}/kubernetes-node/rootfs` },
  ]
}

/** The launch hook that a node completes and the seconds it has for that, where they are not what its unit says. */
function nodeReadyFiles({ nodeHooks }: BakeRequest['family']): readonly PlannedFile[] {
  if (nodeHooks === undefined) return []
  return [list('node-ready.conf', [`HOOK=${nodeHooks.launch}`, `WITHIN=${Math.floor(nodeHooks.readyWithinMs / 1_000)}`])]
}

/** File's name, digest, address, and the region of its bucket (`-` for none). */
function downloadsOf({ family, base }: BakeRequest): readonly (readonly string[])[] {
  return family.agents.flatMap(({ packages }) =>
    packages.flatMap(({ name, files }) => {
      const file = files?.[base.architecture]
      if (file === undefined) return []
      const [url = '', region = '-'] = file.url.split('?region=')
      return [[packageFileName(packageManagerOf(family), name), file.sha256, url, region]]
    }),
  )
}

function repositoriesOf(agents: readonly Agent[]): readonly (readonly string[])[] {
  return agents.flatMap(({ name, repository }) => (repository ? [[name, repository.keyFingerprint]] : []))
}

function repositoryFiles({ name, repository }: Agent): readonly PlannedFile[] {
  if (repository === undefined) return []
  return [
    { path: `bundle/plan/repository-${name}.asc`, from: repository.keyFile },
    text(`repository-${name}.repository`, `${repositoryLines(name, repository).join('\n')}\n`),
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
    ...(base.node === undefined ? {} : { node: base.node }),
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
