// What dnf and rpm are asked.

import { componentsOf, type Family } from '../config/index.ts'
import type { PackageQuestions } from './package-questions.ts'
import { printPinnedPackages } from './pinned-packages.ts'
import { quoted } from './shell.ts'

/** A repository that can't be read makes dnf go on without it, unless it is told. Its plugin would speak of newer releases. */
const dnf = 'sudo -n dnf --quiet --refresh --setopt=skip_if_unavailable=False --disableplugin=release-notification'

export const byDnf: PackageQuestions = {
  host: 'cdn.amazonlinux.com',

  owned: 'rpm --query --file "$path" >/dev/null 2>&1',

  archives: "sudo -n find /var/cache/dnf -name '*.rpm'",

  // A package that is a file is pinned by its digest instead. A key that rpm trusts stands among its packages and is none.
  unknownPackages: (family) => `available=$(${dnf} repoquery --available --queryformat 'known %{name}\\n') || exit 1
known=$(mktemp)
{
  printf '%s\\n' "$available" | sed -n 's/^known //p'
  ${printPinnedPackages(family)}
} | sort -u > "$known"
printf '%s\\n' "$available" | grep -q '^known ' || { echo 'dnf knows no package' >&2; exit 1; }
installed=$(rpm --query --all --queryformat '%{NAME}\\n') || exit 1
unknown=$(printf '%s\\n' "$installed" | sed '/^gpg-pubkey$/d' | sort -u | comm -23 - "$known")
rm -f "$known"
echo "$unknown" | head -5 | paste -sd ' ' >&2
[ -z "$unknown" ]`,

  // Of the dated release that the machine is locked to. It says 100 when updates are out.
  securityUpdates: (family) => `pending=$(${[dnf, ...withoutHeld(family)].join(' ')} check-update --security)
answer=$?
[ $answer -ne 0 ] || exit 0
if [ $answer -eq 100 ]; then echo "$pending" | sed '/^$/d' | head -5 >&2; fi
exit 1`,

  // As dnf has it (dnf.conf(5)): a repository names files of keys, in the form of an INI file; rpm trusts what was once taken from them.
  // One that takes what nobody signed is named as a keyring without a key.
  keyrings: `set -eu
keys=$(sudo -n sh -c 'cat /etc/dnf/dnf.conf; for file in /etc/yum.repos.d/*.repo; do echo; cat "$file"; done' | awk '
  function close_section() {
    if (section == "" || section == "main" || enabled == 0) return
    count++
    if (check == 0 || keys == "") print "unsigned " section
    else { n = split(keys, each, /[ ,]+/); for (i = 1; i <= n; i++) if (each[i] != "") print "key " each[i] }
  }
  function truth(text) { text = tolower(text); return text == "1" || text == "yes" || text == "true" || text == "on" }
  BEGIN { wanted = 0 }
  /^[ \\t]*[#;]/ { next }
  /^\\[.*\\]/ { close_section(); section = substr($0, 2, index($0, "]") - 2); enabled = 1; check = wanted; keys = ""; last = ""; next }
  /^[ \\t]+[^ \\t]/ { if (last == "gpgkey") { sub(/^[ \\t]+/, ""); keys = keys " " $0 }; next }
  /=/ {
    last = value = $0
    sub(/[ \\t]*=.*/, "", last); sub(/^[^=]*=[ \\t]*/, "", value); sub(/[ \\t]+$/, "", value)
    if (last == "enabled") enabled = truth(value)
    if (last == "gpgcheck") { check = truth(value); if (section == "main") wanted = check }
    if (last == "gpgkey") keys = value
  }
  END { close_section(); if (count == 0) print "none" }' | sort -u)
[ "$keys" != none ] || { echo 'dnf knows no repository' >&2; exit 1; }
printf '%s\\n' "$keys" | while read -r word name; do
  case $word:$name in
    key:file://*) printf 'keyring %s\\n' "\${name#file://}"; base64 "\${name#file://}" ;;
    # Not of this machine: whoever holds that address says whom it trusts.
    key:*) printf 'keyring %s\\n' "$name" ;;
    *) printf 'keyring nothing (%s takes unsigned packages)\\n' "$name" ;;
  esac
done
trusted=$(rpm --query --all --queryformat '%{DESCRIPTION}\\n' gpg-pubkey)
[ -z "$trusted" ] || { echo "keyring rpm's own"; printf '%s\\n' "$trusted" | base64; }
`,

  // The machine's own rpm compares: its rules of versions are the ones that hold there. Of several at once each must be new enough. Advisories
  // name no epoch.
  installedState: (
    name,
    atLeast,
  ) => `versions=$(rpm --query --queryformat '%{EVR}\\n' ${name} 2>/dev/null) || { echo absent; exit 0; }
wanted=${atLeast}
for version in $versions; do
  case $wanted in *:*) have=$version ;; *) have=\${version#*:} ;; esac
  order=$(HAVE=$have WANTED=$wanted rpm --eval '%{lua: print(rpm.vercmp(os.getenv("HAVE"), os.getenv("WANTED")))}') || exit 1
  case $order in
  0 | 1) ;;
  -1) echo "old $version"; exit 0 ;;
  *) exit 1 ;;
  esac
done
echo "new $version"
`,
}

/** What was held as the base has it is not asked for: that it stays was decided. A scan for vulnerabilities sees it nevertheless. */
function withoutHeld(family: Family): readonly string[] {
  const held = family.node?.upgradeComponents === false ? (componentsOf(family)?.packages ?? []) : []
  return held.length === 0 ? [] : [quoted(`--setopt=excludepkgs=${held.join(',')}`)]
}
