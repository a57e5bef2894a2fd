// What a fresh machine of the image must show before anything else is asked of it: a table of shell probes.

import type { Agent, Family } from '../config/index.ts'
import { assert } from '../kernel/index.ts'
import type { CommandOutcome } from '../ports/index.ts'
import { packageQuestions } from './by-package-manager.ts'
import { asRoot, quoted } from './shell.ts'

/** One question to a booted machine. The script runs as the login user; exit 0 means yes. */
export interface Probe {
  readonly name: string
  readonly script: string
  readonly timeoutMs: number
  /** What it means when the answer is no. */
  readonly failure: string
}

export interface ProbeResult {
  readonly probe: string
  readonly ok: boolean
  /** What was seen, in one line; empty when it is ok and nothing more is to be said. */
  readonly detail: string
}

/** The machine itself: up, logged into, root by sudo, stamped. Asked again after a reboot. */
export function machineProbes(family: Family, releaseId: string): readonly Probe[] {
  return [
    probe(
      'cloud-init is done',
      'cloud-init status --wait >/dev/null; cloud-init status | grep -qx "status: done"',
      180,
      'cloud-init did not end well',
    ),
    probe(
      'no failed units',
      'state=$(systemctl is-system-running --wait); echo "$state: $(systemctl list-units --state=failed --plain --no-legend | cut -d" " -f1 | tr "\\n" " ")" >&2; [ "$state" = running ]',
      180,
      'systemd is not in state running',
    ),
    probe('sudo works', 'sudo -n true', 20, `${family.login.user} can't become root: operators are locked out`),
    probe(
      'release stamp',
      `grep -q '"release": *"${releaseId}"' /etc/drover-release.json`,
      20,
      '/etc/drover-release.json does not name this release',
    ),
    probe('names resolve', `getent hosts ${packageQuestions(family).host} >/dev/null`, 60, 'name resolution does not work'),
    ...kernelProbes(),
    ...(family.fipsMode ? [fipsProbe] : []),
  ]
}

/** That the bake turned it on shows only in a boot. */
const fipsProbe = probe(
  'FIPS mode is on',
  `enabled=$(cat /proc/sys/crypto/fips_enabled) || exit 1
[ "$enabled" = 1 ] || { echo 'the kernel is not in it' >&2; exit 1; }
policy=$(update-crypto-policies --show) || exit 1
case $policy in
FIPS | FIPS:*) ;;
*) echo "the cryptographic policy is $policy" >&2; exit 1 ;;
esac`,
  20,
  'FIPS mode was asked for and is off',
)

/** What only a machine with a kernel of its own can show in full; in a container, that nothing was switched off. */
export function kernelProbes(): readonly Probe[] {
  return [
    probe(
      'the time is kept',
      // A removed package's init script counts as enabled until it is purged, so any of them will do. A container's clock is its
      // host's, and the services stay away from it.
      `enabled=
for unit in chrony chronyd systemd-timesyncd ntpsec ntpd openntpd; do
  ! systemctl is-enabled -q "$unit.service" 2>/dev/null || enabled="$enabled $unit.service"
done
[ -n "$enabled" ] || { echo 'no service for it is enabled' >&2; exit 1; }
systemd-detect-virt --container --quiet && exit 0
for i in $(seq 30); do
  for unit in $enabled; do ! systemctl is-active -q "$unit" || exit 0; done
  sleep 1
done
echo "not active:$enabled" >&2
exit 1`,
      60,
      'the clock is left to itself',
    ),
    probe(
      'a console takes logins',
      `for unit in getty.target getty@tty1.service serial-getty@ttyS0.service; do
  [ "$(systemctl is-enabled "$unit" 2>/dev/null)" != masked ] || { echo "$unit is masked" >&2; exit 1; }
done
# A container has no console for anything to wait on.
systemd-detect-virt --container --quiet && exit 0
systemctl list-units --state=active --plain --no-legend 'getty@*' 'serial-getty@*' | grep -q .`,
      30,
      'operators cannot log in on the console',
    ),
  ]
}

/** Each agent: its units as declared, its own probes, its enrolment files there and not empty. */
export function agentProbes(agent: Agent): readonly Probe[] {
  const units = agent.services.map(({ unit, expect }) =>
    probe(`${agent.name}: ${unit} is ${expect}`, unitScript(unit, expect), 60, `${unit} is not ${expect}`),
  )
  const own = agent.probes.map(({ command, timeoutMs }, index) => ({
    name: `${agent.name}: health${agent.probes.length > 1 ? ` ${index + 1}` : ''}`,
    script: `${asRoot(command)}\n`,
    timeoutMs,
    failure: `the health probe of ${agent.name} failed`,
  }))
  const enrolled = agent.enrolments.map(({ file, mode }) =>
    probe(
      `${agent.name}: enrolled (${file})`,
      `sudo -n test -s ${quoted(file)} && [ "$(sudo -n stat -c %a ${quoted(file)})" = ${quoted(mode.replace(/^0+/, ''))} ]`,
      60,
      `${file} was not written at first boot, or not with mode ${mode}`,
    ),
  )
  return [...units, ...own, ...enrolled]
}

/** Begins a search of what the image itself holds; what the kernel and a boot make is passed over. */
const onDisk = String.raw`find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /dev \) -prune -o`

/** For find: the manual of the AWS CLI on EKS's image, with keys of nobody in it (packer/common/provisioners/95-validate.sh). */
const manualOfAwsCli = String.raw`\( -path '/usr/local/aws-cli/*/dist/awscli/examples' -o -path '/usr/local/aws-cli/*/dist/awscli/botocore/data' \) -prune`

/**
 * Nothing of the bake is left: keys, histories, the scanner, updates that were out when the image was made. A probe whose
 * question could not be asked says no: unknown is not passed.
 */
export function hygieneProbes(family: Family, publicKey: string): readonly Probe[] {
  const [, material] = publicKey.split(' ')
  assert(material, 'a public key is its type and its material')
  const enrolled = ['-e ""', ...enrolmentFiles(family).map((file) => `-e ${quoted(file)}`)].join(' ')
  const packages = packageQuestions(family)
  const authorised = `/home/${family.login.user}/.ssh/authorized_keys /root/.ssh/authorized_keys`
  return [
    probe(
      'no authorised key but ours',
      `keys=$(sudo -n sh -c 'cat ${authorised} 2>/dev/null; true') || exit 1
printf '%s\\n' "$keys" | grep -v '^ *$' | grep -vF ${quoted(material)} >&2 && exit 1
exit 0`,
      20,
      'a key that is not this launch’s may log in',
    ),
    probe(
      'no shell history',
      `found=$(sudo -n find /root /home -maxdepth 2 -name '.*_history' -size +0) || exit 1
echo "$found" >&2
[ -z "$found" ]`,
      20,
      'a shell history was baked in',
    ),
    probe(
      'no scanner left behind',
      '! command -v oscap && ! ls /usr/share/xml/scap/ssg/content/*.xml 2>/dev/null',
      20,
      'the scanner or its content is in the image',
    ),
    probe(
      'no private key but the machine’s own',
      // What a machine makes for itself at first boot is its own; a key that came with the image is everybody's.
      // grep also says 1 for "none" and 2 for a file that went away, so that it was asked shows in a word after it.
      // What an agent was given at first boot is the machine's own too.
      `found=$(sudo -n sh -c "find /etc /root /home /opt /srv /usr/local /var/lib ${manualOfAwsCli} -o -type f -exec grep -lIsE -e '-----BEGIN ([A-Z]+ )?PRIVATE KEY-----' {} + 2>/dev/null; echo asked") || exit 1
found=$(printf '%s\\n' "$found" | grep -vE '^/etc/ssh/ssh_host_[a-z0-9]+_key$' | grep -vxF ${enrolled})
echo "$found" | head -3 >&2
[ "$found" = asked ]`,
      60,
      'a private key is in the image',
    ),
    probe(
      'nothing everybody may write',
      // In system folders, and folders anywhere without the sticky bit.
      `found=$(sudo -n ${onDisk} \\( -type f -perm -0002 -o -type d -perm -0002 ! -perm -1000 \\) -print) || exit 1
echo "$found" | head -3 >&2
[ -z "$found" ]`,
      120,
      'everybody may write it',
    ),
    probe(
      'every setuid program is a package’s',
      `found=$(sudo -n ${onDisk} -type f -perm /6000 -print) || exit 1
owned() {
  ${packages.owned}
}
strays=$(printf '%s\\n' "$found" | sed '/^$/d' | while IFS= read -r path; do owned || printf '%s\\n' "$path"; done)
printf '%s\\n' "$strays" | head -3 | paste -sd ' ' >&2
[ -z "$strays" ]`,
      60,
      'it runs with another’s rights and belongs to no package',
    ),
    probe(
      'no package archives',
      `found=$(${packages.archives}) || exit 1
echo "$found" | head -3 >&2
[ -z "$found" ]`,
      20,
      'downloaded packages were left in the image',
    ),
    probe(
      'password login is off',
      "sudo -n sshd -T 2>/dev/null | grep -qx 'passwordauthentication no' && sudo -n sshd -T 2>/dev/null | grep -qx 'permitrootlogin no'",
      20,
      'sshd takes passwords or root',
    ),
    probe(
      'every package is known to a repository',
      packages.unknownPackages(family),
      180,
      'packages come from no repository that is configured (or the package lists could not be read)',
    ),
    probe(
      'no pending security updates',
      packages.securityUpdates(family),
      180,
      'security updates are out that the image lacks (or the package lists could not be read)',
    ),
  ]
}

/** What agents write at a machine's first boot. */
export function enrolmentFiles({ agents }: Family): readonly string[] {
  return agents.flatMap(({ enrolments }) => enrolments.map(({ file }) => file))
}

export function judgeProbe({ name, failure }: Probe, outcome: CommandOutcome): ProbeResult {
  if (outcome.ok) return { probe: name, ok: true, detail: '' }
  const seen = outcome.timedOut ? 'no answer in time' : (lastLine(outcome.stderr) ?? lastLine(outcome.stdout) ?? outcome.message)
  return { probe: name, ok: false, detail: `${failure}: ${seen}`.slice(0, 500) }
}

export function probe(name: string, script: string, timeoutSeconds: number, failure: string): Probe {
  return { name, script: `${script}\n`, timeoutMs: timeoutSeconds * 1_000, failure }
}

function unitScript(unit: string, expect: 'active' | 'enabled' | 'inactive'): string {
  const name = quoted(unit)
  if (expect === 'inactive') return `! systemctl is-active -q ${name}`
  if (expect === 'enabled') return `systemctl is-enabled -q ${name}`
  // A unit that is still starting gets its time; one that has failed never becomes active.
  return `for i in $(seq 30); do systemctl is-active -q ${name} && exit 0; systemctl is-failed -q ${name} && break; sleep 1; done; systemctl status --no-pager ${name} | tail -3 >&2; exit 1`
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1)?.trim() || undefined
}
