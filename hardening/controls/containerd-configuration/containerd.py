# containerd.py check|apply: what containerd may be told. Line by line, for Python before 3.11 reads no TOML; containerd's own defaults
# are all good, so a line that is not there is met. Only `key = value` lines are read, as nodeadm and Debian write them.
import glob
import os
import re
import stat
import sys

MAIN = '/etc/containerd/config.toml'
HOSTS = ['/etc/containerd/certs.d/*/hosts.toml', '/etc/docker/certs.d/*/hosts.toml']
OTHERS = ['/etc/containerd/*.json', '/etc/containerd/conf.d/*.toml', '/etc/systemd/system/containerd.service', '/etc/systemd/system/containerd.service.d/*']

LOOPBACK = re.compile(r'^["\'](127\.0\.0\.1|::1|localhost)?(:\d+)?["\']$')

# Title, a pattern of the table, the key, what its value may be, what is written in its place.
RULES = [
    ('it listens on the network', '', 'tcp_address', lambda value: value in ('""', "''"), '""'),
    ('it gives its socket to a group', r'^grpc$', '[gu]id', lambda value: value == '0', '0'),
    ('streams are served on the network', '', 'stream_server_address', lambda value: LOOPBACK.match(value) and value[1:-1] != '', '"127.0.0.1"'),
    ('its metrics are served on the network', r'^metrics$', 'address', LOOPBACK.match, '""'),
    ('a registry need not prove who it is', '', '(?:insecure_)?skip_verify', lambda value: value == 'false', 'false'),
    ('containers are not confined by AppArmor', '', 'disable_apparmor', lambda value: value == 'false', 'false'),
    ('containers without a profile may make every system call', '', 'unset_seccomp_profile', lambda value: value in ('""', "''"), '""'),
]


def found(patterns):
    return [path for pattern in patterns for path in sorted(glob.glob(pattern))]


def text_of(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def configuration_files():
    files = found([MAIN])
    for path in files:
        # Of a configuration of several files the later ones say more.
        for names in re.findall(r'^\s*imports\s*=\s*\[(.*?)\]', text_of(path), re.M | re.S):
            patterns = [os.path.join(os.path.dirname(path), name) for name in re.findall(r'["\'](.*?)["\']', names)]
            files.extend(one for one in found(patterns) if one not in files)
    return files + found(HOSTS)


# The lines of a text, each with what is wrong with it, or none, and what it must be.
def judged(text):
    table = ''
    for line in text.split('\n'):
        heading = re.match(r'\s*\[+\s*([^\]]*?)\s*\]', line)
        if heading and '=' not in line.split('#')[0].split(']')[-1]:
            table = heading.group(1)
        wrong, mended = None, line
        for title, tables, key, is_good, value in RULES:
            pattern = r'(?<![\w#])(["\']?%s["\']?\s*=\s*)("[^"]*"|\'[^\']*\'|[^\s#,}]+)' % key
            match = None if line.lstrip().startswith('#') or not re.search(tables, table) else re.search(pattern, mended)
            if match and not is_good(match.group(2)):
                wrong = '%s: %s' % (title, line.strip())
                mended = mended[:match.start()] + match.group(1) + value + mended[match.end():]
        yield wrong, mended


def is_roots(path):
    seen = os.stat(path)
    return seen.st_uid == 0 and seen.st_gid == 0 and not stat.S_IMODE(seen.st_mode) & 0o7133


def problems():
    for path in configuration_files():
        for wrong, _ in judged(text_of(path)):
            if wrong:
                yield '%s in %s' % (wrong, path)
    for path in configuration_files() + found(OTHERS):
        if not is_roots(path):
            yield 'others than root may change %s' % path


def mend():
    for path in configuration_files():
        text = text_of(path)
        mended = '\n'.join(line for _, line in judged(text))
        if mended != text:
            with open(path, 'w', encoding='utf-8') as file:
                file.write(mended)
    for path in configuration_files() + found(OTHERS):
        if not is_roots(path):
            os.chown(path, 0, 0)
            os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) & 0o644)


try:
    if sys.argv[1] == 'apply':
        mend()
    left = list(problems())
except (OSError, ValueError) as reason:
    left = ['a configuration of containerd cannot be read: %s' % reason]
if left:
    print(left[0] if len(left) == 1 else '%s (and %d more)' % (left[0], len(left) - 1))
    sys.exit(1)
