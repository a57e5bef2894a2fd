// Why a bake failed, in one sentence for the ledger: known causes first, Packer's own words last.

import type { LogLine, PackerLog } from './packer-log.ts'

interface KnownCause {
  readonly sign: RegExp
  readonly cause: (found: RegExpExecArray, line: string) => string
}

/** What a line may say, and what that means. The first entry that fits any line wins, so the deeper cause comes first. */
const knownCauses: readonly KnownCause[] = [
  { sign: /No space left on device|You don't have enough free space/i, cause: () => 'the disk of the build machine is full' },
  {
    sign: /InsufficientFreeAddressesInSubnet/,
    cause: (_, line) => `the subnet ${/subnet-\w+/.exec(line)?.[0] ?? 'of the bake'} has no free address for the build machine`,
  },
  {
    sign: /InsufficientInstanceCapacity|VcpuLimitExceeded|InstanceLimitExceeded/,
    cause: ([code]) => `the cloud has no build machine to give (${code})`,
  },
  {
    sign: /ExpiredToken|RequestExpired|security token included in the request is expired/,
    cause: () => 'the credentials expired while Packer was at work',
  },
  {
    sign: /UnauthorizedOperation|AccessDenied|AuthFailure/,
    cause: ([code], line) => `Packer lacks a right: ${code} in ${/operation error (\w+: \w+)/.exec(line)?.[1] ?? line}`,
  },
  {
    sign: /Invalid(?:AMI|KMSKey|Subnet|Parameter|SecurityGroup|KeyPair)\w*(?:\.\w+)?/,
    cause: ([code], line) => `the cloud refused what the bake asked for: ${line.slice(line.indexOf(code))}`,
  },
  { sign: /ssh: handshake failed|ssh: unable to authenticate/, cause: () => 'the build machine refused the temporary SSH key' },
  {
    sign: /[Tt]imeout waiting for SSH/,
    cause: () => 'no SSH connection to the build machine in time: can the runner reach it, and does its sshd run?',
  },
  {
    sign: /Error waiting for instance \((\S+)\) to become ready: waiter state transitioned to Failure/,
    cause: ([, id]) => `the build machine ${id} ended before it ran`,
  },
  {
    sign: /unexpected state '(?:shutting-down|terminated|stopping|stopped)'|not in a state from which it can be|IncorrectInstanceState|SpotInstanceTermination/,
    cause: () => 'the build machine was terminated while it was baked',
  },
  {
    sign: /(?:Temporary failure resolving|Could not resolve|Unable to connect to|Could not connect to|Failed to fetch|Connection failed) (.*)/,
    cause: ([, where = '']) => `apt could not reach ${where}`,
  },
  { sign: /^E: (Unable to locate package .*|Version '.* was not found)/, cause: ([, words = '']) => `apt: ${words}` },
  { sign: /The repository '([^']+)' is not signed/, cause: ([, where]) => `apt does not trust the repository ${where}` },
  { sign: /^fatal: \[[^\]]*\]: \w+! => .*"msg": "([^"]*)"/, cause: ([, words]) => `the playbook failed: ${words}` },
  { sign: /^drover: (.+)$/, cause: ([, words = '']) => words },
  {
    sign: /exceeded max wait time|timeout while waiting for state|ResourceNotReady/,
    cause: () => 'the cloud did not finish the machine or the image in time',
  },
]

export function failureCause(log: PackerLog): string {
  const cause = knownCause(log) ?? failedProvisioner(log) ?? log.errors.at(-1) ?? log.lines.findLast(isComplaint)?.text
  return oneLine(cause ?? silentEnd(log))
}

function knownCause(log: PackerLog): string | undefined {
  const told = tellingLines(log)
  for (const { sign, cause } of knownCauses) {
    for (const line of told) {
      const found = sign.exec(line)
      if (found) return cause(found, line)
    }
  }
  return undefined
}

// An earlier provisioner may have complained of the same thing and gone on: only what came from the last step counts.
// Ansible reports its failures on standard output.
function tellingLines({ lines, errors }: PackerLog): readonly string[] {
  const last = lines.slice(lines.findLastIndex(beginsProvisioner) + 1)
  const told = last.filter((line) => isComplaint(line) || line.text.startsWith('fatal: '))
  return [...errors, ...told.map(({ text }) => text)]
}

/** Names the script, its exit code and its last complaint. */
function failedProvisioner({ lines, errors }: PackerLog): string | undefined {
  const exit = /Script exited with non-zero exit status: (\d+)/.exec(errors.join('\n'))
  const began = lines.findLastIndex(beginsProvisioner)
  if (exit === null || began < 0) return undefined
  const complaint = lines
    .slice(began + 1)
    .findLast((line) => isComplaint(line) && !/Build '|Script exited|builds didn't complete/.test(line.text))
  return `${lines[began]?.text.split('/').at(-1)} ended with exit code ${exit[1]}${complaint ? `: ${complaint.text}` : ''}`
}

function silentEnd({ lines }: PackerLog): string {
  const last = lines.findLast(({ kind }) => kind === 'step')?.text
  return `Packer ended without saying why${last ? `; the last it did: ${last}` : ''}`
}

function beginsProvisioner({ kind, text }: LogLine): boolean {
  return kind === 'step' && /^(?:Provisioning with|Running local shell)/.test(text)
}

function isComplaint({ kind }: LogLine): boolean {
  return kind === 'complaint'
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 500)
}
