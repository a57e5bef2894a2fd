# kubelet.py check|apply: CIS Amazon EKS Benchmark 3.2, in configuration files and flags. Needs Python 3.9 and YAML, which cloud-init
# brings: a machine whose files cannot be read is not met.
import glob
import json
import os
import re
import sys

import yaml

# What nodeadm makes of its own files and user data; those below nodeadm.d win over user data (nodeadm's README).
NODEADM = '/etc/eks/nodeadm.d'
OURS = NODEADM + '/90-drover-kubelet.yaml'
EKS_MAIN = '/etc/kubernetes/kubelet/config.json'
EKS_DROP_INS = '/etc/kubernetes/kubelet/config.json.d/*.conf'
PLAIN = '/var/lib/kubelet/config.yaml'
FLAG_FILES = [
    '/etc/default/kubelet', '/etc/eks/kubelet/environment', '/etc/sysconfig/kubelet', '/var/lib/kubelet/kubeadm-flags.env',
    '/etc/systemd/system/kubelet.service', '/etc/systemd/system/kubelet.service.d/*.conf',
    '/usr/lib/systemd/system/kubelet.service', '/usr/lib/systemd/system/kubelet.service.d/*.conf',
]
HEAD = {'apiVersion': 'kubelet.config.k8s.io/v1beta1', 'kind': 'KubeletConfiguration'}


def duration_is_zero(value):
    return not re.search('[1-9]', str(value))


# Title, where it stands, the flag that overrules it, what it may be, what is written; whether it must be said, and only of a server.
SETTINGS = [
    ('anonymous callers are let in (3.2.1)', 'authentication.anonymous.enabled', 'anonymous-auth', lambda v: v is False, False, True, True),
    ('every caller may do everything (3.2.2)', 'authorization.mode', 'authorization-mode', lambda v: v == 'Webhook', 'Webhook', True, True),
    ('no authority for callers is named (3.2.3)', 'authentication.x509.clientCAFile', 'client-ca-file', bool, '/etc/kubernetes/pki/ca.crt', True, True),
    ('the read-only port is open (3.2.4)', 'readOnlyPort', 'read-only-port', lambda v: v == 0, 0, False, True),
    ('idle streams never end (3.2.5)', 'streamingConnectionIdleTimeout', 'streaming-connection-idle-timeout', lambda v: not duration_is_zero(v), '4h0m0s', False, True),
    ('it does not keep its chains of iptables (3.2.6)', 'makeIPTablesUtilChains', 'make-iptables-util-chains', lambda v: v is True, True, False, False),
    ('it records too few events (3.2.7)', 'eventRecordQPS', 'event-qps', lambda v: v == 0 or v >= 5, 50, False, False),
    ('its certificate is not renewed (3.2.8)', 'rotateCertificates', 'rotate-certificates', lambda v: v is True, True, False, False),
    ('its certificate as a server is not renewed (3.2.9)', 'featureGates.RotateKubeletServerCertificate', None, lambda v: v is True, True, False, False),
]
# Said in the image whatever nodeadm's defaults are, so that user data cannot say otherwise.
ALWAYS_SAID = 6


def found(pattern):
    return sorted(glob.glob(pattern))


def read(path):
    with open(path, encoding='utf-8') as file:
        text = file.read()
    try:
        documents = [json.loads(text)]
    except ValueError:
        documents = [one for one in yaml.safe_load_all(text) if one is not None]
    if not all(isinstance(one, dict) for one in documents):
        raise ValueError('it is no mapping')
    return text.lstrip().startswith('{'), documents


def write(path, is_json, documents):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    is_new = not os.path.exists(path)
    with open(path, 'w', encoding='utf-8') as file:
        if is_json:
            file.write(json.dumps(documents[0], indent=4) + '\n')
        else:
            yaml.safe_dump_all(documents, file, sort_keys=False)
    if is_new:
        os.chmod(path, 0o644)


def get(config, where):
    for key in where.split('.'):
        if not isinstance(config, dict) or key not in config:
            return None
        config = config[key]
    return config


def put(config, where, value):
    *folders, last = where.split('.')
    for key in folders:
        if not isinstance(config.get(key), dict):
            config[key] = {}
        config = config[key]
    config[last] = value


def is_met(test, value):
    try:
        return bool(test(value))
    except TypeError:
        return False


def merged(below, above):
    result = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


# Configurations of a kubelet that are here: each a list of (file, its part that is kubelet's), the later over the earlier.
def configurations():
    kubelets = []
    if os.path.exists('/usr/bin/nodeadm') or os.path.isdir('/etc/eks') or os.path.exists(EKS_MAIN):
        nodeadm = [path for path in found(NODEADM + '/*') if re.search(r'\.(ya?ml|json)$', path)]
        paths = found(EKS_MAIN) + nodeadm + found(EKS_DROP_INS)
        kubelets.append((OURS, [layer for path in paths for layer in layers(path)]))
    if os.path.exists(PLAIN) or not kubelets:
        kubelets.append((PLAIN, [layer for path in found(PLAIN) for layer in layers(path)]))
    return kubelets


def layers(path):
    _, documents = read(path)
    if not path.startswith(NODEADM):
        return [(path, one) for one in documents]
    return [(path, get(one, 'spec.kubelet.config') or {}) for one in documents if one.get('kind') == 'NodeConfig']


def flags():
    for path in [path for pattern in FLAG_FILES for path in found(pattern)]:
        with open(path, encoding='utf-8') as file:
            yield path, '\n'.join(line for line in file.read().split('\n') if not line.lstrip().startswith('#'))
    for path in found(NODEADM + '/*'):
        for document in read(path)[1]:
            yield path, ' '.join(str(one) for one in get(document, 'spec.kubelet.flags') or [])


# Flags of a text that say what no setting may say.
def contradicting(text):
    for title, where, flag, test, _, _, _ in SETTINGS:
        if flag is None:
            pattern = r'--feature-gates[= ]\S*\b%s=(?:false|0)\S*' % where.split('.')[-1]
            yield from ((title, match.group(0)) for match in re.finditer(pattern, text))
            continue
        # A flag that is a switch may stand alone, and then is true.
        for match in re.finditer(r'''--%s(?:[= ]["']?([^\s"'-][^\s"']*))?(?=["'\s]|$)''' % flag, text):
            said = yaml.safe_load(match.group(1)) if match.group(1) else True
            if not is_met(test, said):
                yield title, match.group(0)


def problems():
    for main, parts in configurations():
        if not parts:
            yield '%s is not there, and kubelet has no configuration' % main
            continue
        effective = {}
        for _, part in parts:
            effective = merged(effective, part)
        for title, where, _, test, _, must_be_said, of_server in SETTINGS:
            value = get(effective, where)
            if of_server and effective.get('enableServer') is False:
                continue
            if must_be_said if value is None else not is_met(test, value):
                yield '%s: %s is %s' % (title, where, 'not said' if value is None else json.dumps(value))
    for path, text in flags():
        for title, flag in contradicting(text):
            yield '%s: %s in %s' % (title, flag, path)


def mend():
    for main, parts in configurations():
        for path in sorted({path for path, _ in parts} - {OURS}):
            mend_file(path)
        said = {}
        if main == OURS:
            for _, where, _, _, value, _, _ in SETTINGS[:ALWAYS_SAID]:
                put(said, where, value)
            document = {'apiVersion': 'node.eks.aws/v1alpha1', 'kind': 'NodeConfig', 'spec': {'kubelet': {'config': said}}}
            if not os.path.exists(OURS) or read(OURS)[1] != [document]:
                write(OURS, False, [document])
        else:
            is_json, [config] = read(main) if parts else (False, [dict(HEAD)])
            before = json.dumps(config)
            for _, where, _, _, value, must_be_said, of_server in SETTINGS:
                if must_be_said and get(config, where) is None and not (of_server and config.get('enableServer') is False):
                    put(config, where, value)
            if json.dumps(config) != before or not parts:
                write(main, is_json, [config])
    for path, text in flags():
        wrong = [flag for _, flag in contradicting(text)]
        if wrong and not path.startswith(NODEADM):
            with open(path, encoding='utf-8') as file:
                whole = file.read()
            for flag in wrong:
                whole = whole.replace(flag, '')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(whole)


def mend_file(path):
    is_json, documents = read(path)
    before = json.dumps(documents)
    for document in documents:
        config = document
        if path.startswith(NODEADM):
            kept = [one for one in get(document, 'spec.kubelet.flags') or [] if not list(contradicting(str(one)))]
            if kept != (get(document, 'spec.kubelet.flags') or []):
                put(document, 'spec.kubelet.flags', kept)
            config = get(document, 'spec.kubelet.config') or {}
        for _, where, _, test, value, _, _ in SETTINGS:
            if get(config, where) is not None and not is_met(test, get(config, where)):
                put(config, where, value)
    if json.dumps(documents) != before:
        write(path, is_json, documents)


try:
    if sys.argv[1] == 'apply':
        mend()
    left = list(problems())
except (OSError, ValueError, yaml.YAMLError) as reason:
    left = ['a configuration of kubelet cannot be read: %s' % ' '.join(str(reason).split())]
if left:
    print(left[0] if len(left) == 1 else '%s (and %d more)' % (left[0], len(left) - 1))
    sys.exit(1)
