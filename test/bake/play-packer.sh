#!/bin/sh
# Plays Packer in a cloud that is a folder: a file for each thing there is. What it does is written in the file `mode`.
set -eu

cloud=$PLAYED_CLOUD
mode=$(cat "$cloud/mode")
results=$(dirname "$PWD")/results.tar.gz

say() { printf '%s,,ui,say,==> amazon-ebs.image: %s\n' "$(date +%s)" "$1"; }
clean() { rm -f "$cloud/instance" "$cloud/key-pair" "$cloud/security-group" "$cloud/volume"; }

echo start >>"$cloud/starts"
touch "$cloud/instance" "$cloud/key-pair" "$cloud/security-group" "$cloud/volume"
if [ "$mode" = stubborn ]; then trap '' INT; else trap 'clean; exit 1' INT; fi
say 'Launching a source AWS instance...'
while [ -e "$cloud/hold" ]; do sleep 0.05; done

case $mode in
  fails)
    say 'Provisioning with shell script: /acme/10-web.sh'
    echo '1,,ui,error,==> amazon-ebs.image: no licence'
    echo '1,amazon-ebs.image,error,Script exited with non-zero exit status: 3. Allowed exit codes are: [0]'
    exit 1
    ;;
  half-made)
    echo pending >"$cloud/image"
    kill -KILL $$
    ;;
esac
mkdir -p "$TMPDIR/results"
echo bash >"$TMPDIR/results/packages.tsv"
cp "$cloud"/release-*.txt "$TMPDIR/results" 2>/dev/null || :
tar -C "$TMPDIR/results" -czf "$results" .
echo available >"$cloud/image"
clean
echo '9,amazon-ebs.image,artifact,0,id,eu-central-1:ami-00000000000000001'
