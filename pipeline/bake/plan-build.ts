// Packer's build, with the family's provisioners between drover's own: the one part a fixed template cannot say.

import { componentsOf, madeNodeOf, type Provisioner } from '../config/index.ts'
import type { BakeRequest } from './bake-request.ts'

type PackerProvisioner = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** HCL in JSON syntax: strings are templates, so whatever comes from outside is escaped. */
export function planBuild(request: BakeRequest): { readonly build: readonly unknown[] } {
  const provisioners: readonly PackerProvisioner[] = [
    upload(request),
    own(request, '00-begin.sh'),
    ...ofNode(request, '05-components-before.sh'),
    harden(request, 'before-packages'),
    own(request, '10-packages.sh'),
    own(request, '20-agents.sh'),
    own(request, '30-login.sh'),
    own(request, '40-enrol.sh'),
    ...ofNode(request, '42-node-ready.sh'),
    ...makingNode(request),
    ...request.family.provisioners.map((provisioner, index) => ofFamily(request, provisioner, index)),
    harden(request, 'after-provisioners'),
    ...(request.family.fipsMode ? [own(request, '83-fips.sh')] : []),
    ...ofNode(request, '82-components-after.sh'),
    own(request, '85-inventory.sh'),
    download(request),
    own(request, '90-cleanup.sh'),
    own(request, '95-validate.sh'),
  ]
  return { build: [{ sources: ['source.amazon-ebs.image'], provisioner: provisioners }] }
}

/** Where the bundle of that provisioner lies inside the bundle. */
export function familyFolder(index: number): string {
  return `family/${index}`
}

function upload({ folders }: BakeRequest): PackerProvisioner {
  return { file: { source: literal(`${folders.work}/bundle.tar.gz`), destination: '/tmp/drover-bundle.tar.gz' } }
}

function download({ folders }: BakeRequest): PackerProvisioner {
  return {
    file: { direction: 'download', source: '/tmp/drover-results.tar.gz', destination: literal(`${folders.work}/results.tar.gz`) },
  }
}

// By `sh`, not by itself: once the machine is hardened, /tmp may hold no programs.
function own({ folders }: BakeRequest, script: string, environment: readonly string[] = []): PackerProvisioner {
  return shell(`${folders.packer}/common/provisioners/${script}`, environment)
}

/** Nothing for a family that is no Kubernetes node. */
function ofNode({ family, folders }: BakeRequest, script: string): readonly PackerProvisioner[] {
  return componentsOf(family) === undefined ? [] : [shell(`${folders.packer}/kubernetes-node/provisioners/${script}`)]
}

/** After the packages, before the family's own provisioners: they have the last word. */
function makingNode({ family, folders }: BakeRequest): readonly PackerProvisioner[] {
  const made = madeNodeOf(family)
  return (made?.provisioners ?? []).map((script) => shell(`${folders.packer}/${made?.folder}/provisioners/${script}`))
}

function shell(script: string, environment: readonly string[] = []): PackerProvisioner {
  return {
    shell: {
      script: literal(script),
      execute_command: 'sudo -n env {{ .Vars }} sh {{ .Path }}',
      environment_vars: environment.map(literal),
    },
  }
}

function harden(request: BakeRequest, when: 'before-packages' | 'after-provisioners'): PackerProvisioner {
  return own(request, '80-harden.sh', [`DROVER_WHEN=${when}`])
}

function ofFamily(request: BakeRequest, provisioner: Provisioner, index: number): PackerProvisioner {
  switch (provisioner.kind) {
    case 'shell':
      return { shell: { script: literal(provisioner.script), execute_command: 'sudo -n env {{ .Vars }} {{ .Path }}' } }
    case 'files':
      return own(request, '50-files.sh', [`DROVER_FROM=${familyFolder(index)}`, `DROVER_TO=${provisioner.to}`])
    case 'ansible':
      return ansible(request, provisioner.playbook, index)
  }
}

// The temporary key reaches the script by standard input of a here-document: on no command line and in no lasting file.
function ansible({ folders, family, ansiblePlaybook }: BakeRequest, playbook: string, index: number): PackerProvisioner {
  const words = [
    `${folders.packer}/common/ansible-playbook.sh`,
    ansiblePlaybook ?? 'ansible-playbook',
    family.login.user,
    playbook,
    `${folders.work}/packer/ansible-${index}.json`,
  ]
  const line = `sh ${words.map(quote).map(literal).join(' ')} '\${build.Host}' '\${build.Port}'`
  return { 'shell-local': { inline: [`${line} <<'DROVER_KEY'\n\${build.SSHPrivateKey}\nDROVER_KEY`] } }
}

/** Text that HCL must not read as a template. */
function literal(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign)
}

/** Single-quoted for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
