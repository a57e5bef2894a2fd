// How verification gets in to machines whose image lets no launch's key in, and what shows that the image still lets none in.

import { type Family, type LoginWay, ssmAgentUnit } from '../config/index.ts'
import { assert } from '../kernel/index.ts'
import type { Command, Exec, Files } from '../ports/index.ts'
import { type Probe, probe } from './probes.ts'
import { quoted } from './shell.ts'
import type { SshKey } from './ssh.ts'

/** Of verification's own sshd, by which its port is told from the image's: the kernel keeps 15 characters of it. */
export const ownSshd = 'drover-verify'

const folder = `/etc/${ownSshd}`
const trustedKeys = '/etc/ssh/drover-trusted-keys'

export interface VerifyLogin {
  /** Keys of a `#cloud-config`; none where the launch's key is enough. */
  readonly cloudConfig: Readonly<Record<string, unknown>>
  /** In the form of an authorized_keys line: the authority that verification signed its key with. */
  readonly authority?: string
}

/** For machines launched by this verification alone: the image knows nothing of it. */
export async function prepareLogin(
  exec: Exec,
  files: Files,
  directory: string,
  family: Family,
  key: SshKey,
): Promise<VerifyLogin> {
  const { by } = family.login
  if (by === undefined) return { cloudConfig: {} }
  if (by.kind === 'ssm') return { cloudConfig: ownSshdConfig(key.publicKey) }
  const authority = await signWithOwnAuthority(exec, files, directory, by, key)
  return { cloudConfig: { write_files: [{ path: trustedKeys, append: true, content: `${authority}\n` }] }, authority }
}

/** A throwaway authority, and the key's certificate beside the key, where ssh looks for it. */
async function signWithOwnAuthority(
  exec: Exec,
  files: Files,
  directory: string,
  { principals }: Extract<LoginWay, { readonly kind: 'ssh-ca' }>,
  { privateKeyFile }: SshKey,
): Promise<string> {
  const [principal] = principals
  assert(principal, 'a login by certificate has a principal')
  const authority = `${directory}/authority`
  const commands: readonly Command['argv'][] = [
    ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'drover-verify-authority', '-f', authority],
    // Backdated, for a machine whose clock is behind.
    ['ssh-keygen', '-q', '-s', authority, '-I', ownSshd, '-n', principal, '-V', '-1h:+1d', `${privateKeyFile}.pub`],
  ]
  for (const argv of commands) {
    const made = await exec.run({ argv })
    if (!made.ok) throw new Error(`ssh-keygen: ${made.message}`)
  }
  return ((await files.readText(`${authority}.pub`)) ?? '').trim()
}

/**
 * A second sshd under a name of its own: the image's units stay masked and can be looked at. It is there after a reboot too.
 * cloud-init writes files before it runs commands [doc: cloud-init, modules write_files and runcmd].
 */
function ownSshdConfig(publicKey: string): Readonly<Record<string, unknown>> {
  const unit = `${ownSshd}.service`
  return {
    write_files: [
      { path: `${folder}/authorized_keys`, permissions: '0644', content: `${publicKey}\n` },
      { path: `${folder}/sshd_config`, permissions: '0600', content: `${sshdConfig.join('\n')}\n` },
      { path: `${folder}/prepare`, permissions: '0755', content: prepareScript },
      { path: `/etc/systemd/system/${unit}`, permissions: '0644', content: `${sshdUnit.join('\n')}\n` },
    ],
    runcmd: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', unit],
    ],
  }
}

const sshdConfig = [
  'Port 22',
  'PermitRootLogin no',
  'PasswordAuthentication no',
  'KbdInteractiveAuthentication no',
  'UsePAM yes',
  `AuthorizedKeysFile ${folder}/authorized_keys`,
  'PidFile none',
  'Subsystem sftp internal-sftp',
]

const sshdUnit = [
  '[Unit]',
  'Description=The way in of the verification that launched this machine',
  'After=network.target',
  '[Service]',
  `ExecStartPre=${folder}/prepare`,
  `ExecStart=/run/${ownSshd} -D -f ${folder}/sshd_config`,
  'KillMode=process',
  '[Install]',
  'WantedBy=multi-user.target',
]

/** By a link, for a program goes by the name it is started by. */
const prepareScript = `#!/bin/sh
set -eu
PATH=$PATH:/usr/sbin
ln -sfn "$(command -v sshd)" /run/${ownSshd}
mkdir -p /run/sshd
ssh-keygen -A
if command -v ufw >/dev/null && ufw status | grep -q '^Status: active'; then ufw allow 22/tcp; fi
if systemctl is-active --quiet firewalld.service; then firewall-cmd --quiet --add-port=22/tcp; fi
`

/** That nobody else gets in by another way than the policy's. */
export function loginProbes({ login: { user, by } }: Family, { authority }: VerifyLogin): readonly Probe[] {
  if (by === undefined) return []
  const noKeysOfLaunches = probe(
    'no key of a launch is laid into a home',
    "grep -qrx 'allow_public_ssh_keys: false' /etc/cloud/cloud.cfg.d",
    20,
    'cloud-init would let the key of a launch in',
  )
  if (by.kind === 'ssm') {
    return [
      noKeysOfLaunches,
      probe(
        'sshd never starts',
        `for unit in ssh.service ssh.socket sshd.service sshd.socket; do
  state=$(systemctl is-enabled "$unit" 2>/dev/null)
  [ "$state" = masked ] || { echo "$unit is \${state:-not masked}" >&2; exit 1; }
  ! systemctl is-active -q "$unit" || { echo "$unit is active" >&2; exit 1; }
done`,
        20,
        'SSM is to be the only way in',
      ),
      probe(
        'the agent of SSM runs',
        `for i in $(seq 30); do systemctl is-active -q ${ssmAgentUnit} && exit 0; sleep 1; done; exit 1`,
        60,
        `${ssmAgentUnit} is not active: nobody could reach the machine`,
      ),
    ]
  }
  assert(authority, 'verification signed its key')
  return [
    noKeysOfLaunches,
    probe(
      'only certificates are let in',
      `settings=$(sudo -n sshd -T) || exit 1
for setting in 'authorizedkeysfile none' 'authorizedkeyscommand none' 'trustedusercakeys ${trustedKeys}' 'authorizedprincipalsfile /etc/ssh/drover-principals/%u'; do
  printf '%s\\n' "$settings" | grep -qixF "$setting" || { echo "sshd has not: $setting" >&2; exit 1; }
done
options=$(tr '\\0' ' ' < "/proc/$(systemctl show -P MainPID ssh.service sshd.service | grep -v '^0*$' | head -n 1)/cmdline") || exit 1
case $options in *AuthorizedKeysCommand*) echo "sshd was started as: $options" >&2; exit 1 ;; esac`,
      20,
      'a key that no authority signed could be let in',
    ),
    probe(
      'principals are the policy’s',
      `found=$(sudo -n sh -c 'cd /etc/ssh/drover-principals && grep -H . *') || exit 1
[ "$found" = ${quoted(by.principals.map((principal) => `${user}:${principal}`).join('\n'))} ] || { echo "$found" | paste -sd ' ' >&2; exit 1; }`,
      20,
      'certificates are let in for somebody else',
    ),
  ]
}
