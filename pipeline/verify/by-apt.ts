// What apt and dpkg are asked.

import type { PackageQuestions } from './package-questions.ts'
import { printPinnedPackages } from './pinned-packages.ts'

export const byApt: PackageQuestions = {
  host: 'deb.debian.org',

  // dpkg reads a pattern, and before /usr was one folder packages listed /bin. A dpkg that cannot answer leaves all of them over.
  owned: `pattern=$(printf '%s\\n' "$path" | sed 's/[][*?\\\\]/\\\\&/g')
  dpkg-query --search "$pattern" >/dev/null 2>&1 || dpkg-query --search "\${pattern#/usr}" >/dev/null 2>&1`,

  archives: "sudo -n find /var/cache/apt/archives -name '*.deb'",

  // A package that is a file is pinned by its digest instead. A key that does not fit makes apt's update fail, and then there is no
  // answer.
  unknownPackages: (family) => `sudo -n apt-get update -qq --error-on=any >/dev/null || exit 1
known=$(mktemp)
available=$(apt-cache dumpavail | sed -n 's/^Package: //p')
[ -n "$available" ] || { echo 'apt knows no package' >&2; exit 1; }
{
  printf '%s\\n' "$available"
  ${printPinnedPackages(family)}
} | sort -u > "$known"
unknown=$(dpkg-query --show --showformat='\${Package}\\n' | sort -u | comm -23 - "$known")
rm -f "$known"
echo "$unknown" | head -5 | paste -sd ' ' >&2
[ -z "$unknown" ]`,

  securityUpdates: () => `sudo -n apt-get update -qq --error-on=any >/dev/null || exit 1
upgrade=$(sudo -n apt-get -s -qq dist-upgrade) || exit 1
pending=$(echo "$upgrade" | grep -i '^Inst .*security')
echo "$pending" | head -5 >&2
[ -z "$pending" ]`,

  // As apt has it (apt-get(8), indextargets; sources.list(5)): a source names files or fingerprints, holds the key itself, or goes
  // by every key in trusted.gpg.d.
  keyrings: `set -eu
sudo -n apt-get update -qq --error-on=any >/dev/null
signed=$(apt-get indextargets --format '$(SIGNED_BY)' 'Created-By: Packages')
[ -n "$signed" ] || { echo 'apt knows no repository' >&2; exit 1; }
block='/^-----BEGIN/,/^-----END/'
names=$(printf '%s\\n' "$signed" | sed "$block"d | tr ', ' '\\n\\n' | sort -u)
give() { printf 'keyring %s\\n' "$1"; base64 "$1"; }
printf '%s\\n' "$names" | grep '^/' | while IFS= read -r path; do give "$path"; done
if printf '%s\\n' "$names" | grep -qE '^(\\$\\(SIGNED_BY\\)$|[0-9A-Fa-f]{16,}!?)'; then
  for path in /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/*.gpg /etc/apt/trusted.gpg.d/*.asc; do
    [ ! -s "$path" ] || give "$path"
  done
fi
if printf '%s\\n' "$signed" | grep -q '^-----BEGIN'; then
  # In a source an empty line is a dot, and every line is indented.
  echo 'keyring a source itself'
  printf '%s\\n' "$signed" | sed -n "$block"p | sed 's/^ //; s/^\\.$//' | base64
fi
`,

  // The machine's own dpkg compares: its rules of versions are the ones that hold there.
  installedState: (
    name,
    atLeast,
  ) => `installed=$(dpkg-query --show --showformat='\${db:Status-Status} \${Version}\\n' ${name} 2>/dev/null) || installed=
case $installed in
'installed '*) ;;
*) echo absent; exit 0 ;;
esac
version=\${installed#installed }
version=$(printf '%s\\n' "$version" | head -n 1)
if dpkg --compare-versions "$version" ge ${atLeast}; then echo "new $version"; else echo "old $version"; fi
`,
}
