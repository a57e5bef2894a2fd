#!/bin/sh
# own-files.sh TAR [LEFT-OUT…]: packs what the image holds and no package put there as it is: files that no package owns, and
# files of packages that somebody changed. Prints how many, and the path of each that is too large to pack.
# Put behind by-apt.sh or by-dnf.sh, which say what packages own.
set -eu
umask 077
export LC_ALL=C
target=$1
shift

# A credential is a short text; what is larger is a database or an initial RAM disk, and is named instead. For find: below 8 MiB.
largest_file=16385
largest_whole=536870912

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Before /usr was one folder, packages listed /bin and /lib.
merged='s,^/(s?bin|lib|lib32|lib64|libx32)/,/usr/\1/,'

owned_files > "$work/listed"
sed -E "$merged" "$work/listed" | tr '\n' '\0' | sort -zu > "$work/owned"
changed_files > "$work/differing"
sed -E "$merged" "$work/differing" | tr '\n' '\0' | sort -zu > "$work/changed"

# Passed over: what the kernel makes, what this boot made, what the package manager keeps for itself, logs, of which an image has
# none (the bake sees to that), and the manual of the AWS CLI that EKS's image has from a bundle (awslabs/amazon-eks-ami,
# install-worker.sh): examples of credentials, and 130 MB that gitleaks takes minutes for.
passed_over() { for path in $(own_folders) /var/lib/cloud; do printf ' -o -path %s' "$path"; done; }
# shellcheck disable=SC2046 # one word a path
find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /dev -o -path /var/cache -o -path /var/log \
  -o -path '/usr/local/aws-cli/*/dist/awscli/examples' -o -path '/usr/local/aws-cli/*/dist/awscli/botocore/data' \
  $(passed_over) -o -path "$work" -o -path "$(dirname "$target")" \) -prune \
  -o -type f ! -empty \( -size "-$largest_file" -fprint0 "$work/all-small" -o -fprint0 "$work/all-large" \)
printf '%s\0' /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_rsa_key "$@" | sort -zu > "$work/left-out"

# What Python made of a package's module is as much the package's. Its tag, cpython-313, is the interpreter's.
comm -z -23 "$work/owned" "$work/changed" | sed -z -n '/\.py$/p' > "$work/modules"
sed -z -n -E 's,^.*/__pycache__/[^/]*\.(cpython-[0-9]+(\.opt-[12])?)\.pyc$,\1,p' "$work/all-small" | sort -zu | tr '\0' '\n' |
  while IFS= read -r tag; do sed -z -E "s,/([^/]*)\.py$,/__pycache__/\1.$tag.pyc," "$work/modules"; done |
  cat - "$work/owned" | sort -zu > "$work/of-packages"

# own LIST: those of the list that no package owns, or that differ from the package's.
own() {
  sort -zu "$1" > "$1.sorted"
  {
    comm -z -23 "$1.sorted" "$work/of-packages"
    comm -z -12 "$1.sorted" "$work/changed"
  } | sort -zu | comm -z -23 - "$work/left-out"
}
own "$work/all-small" > "$work/small"
own "$work/all-large" > "$work/large"
if [ -s "$work/small" ]; then
  whole=$(du --bytes --total --files0-from="$work/small" | tail -n 1 | cut -f 1)
  if [ "$whole" -gt "$largest_whole" ]; then
    echo "the files that no package owns are $whole bytes, more than the $largest_whole that are looked through" >&2
    exit 1
  fi
fi

# gitleaks opens .tar.gz and takes .tgz for no archive.
status=0
tar --create --file "$target" --directory / --no-recursion --hard-dereference --ignore-failed-read \
  --transform 's,\.tgz$,.tgz.tar.gz,' --owner 0 --group 0 --mode 'u+rw,go=' \
  --null --verbatim-files-from --files-from "$work/small" 2> "$work/tar" || status=$?
# 1: a file changed while it was read.
if [ "$status" -gt 1 ]; then
  cat "$work/tar" >&2
  exit 1
fi
printf 'files %s\n' "$(tr -cd '\0' < "$work/small" | wc -c)"
tr '\n\0' '?\n' < "$work/large" | tr -c '[:print:]\n' '?' | sed 's,^,large ,'
