// What a fresh Kubernetes node must show, by its kind: the runtime, what it starts pods with, kubelet where there is one, time and names.

import type { Family, FamilyKind } from '../config/index.ts'
import { criFunctions, type Field, framed, framedId } from './cri-call.ts'
import type { Probe } from './probes.ts'
import { asRoot } from './shell.ts'

/** Empty for a family that is no node. They need a kernel of the machine's own: no sandbox runs in a container. */
export function nodeProbes(family: Family): readonly Probe[] {
  return byKind[family.kind](family)
}

const byKind: Readonly<Record<FamilyKind, (family: Family) => readonly Probe[]>> = {
  debian: () => [],
  'eks-node': ({ node }) => [...nodeadm(node?.kubernetes ?? ''), ...runtime(), names('api.ecr.us-east-1.amazonaws.com')],
  'k8s-node': () => [...prepared(), ...runtime(), names('deb.debian.org')],
}

/** A machine's clock against the runner's: whether it is right, and not only whether somebody looks after it. */
export function clockProbe(runnerMs: number): Probe {
  return probe(
    'its clock is right',
    `off=$(($(date +%s) - ${Math.round(runnerMs / 1_000)}))
[ "$off" -ge -${clockToleranceSeconds} ] && [ "$off" -le ${clockToleranceSeconds} ] || { echo "it is $off s from the runner's" >&2; exit 1; }`,
    30,
    'the cluster takes no tokens of a machine whose time is wrong',
  )
}

/** The time a slow login takes is in it. */
const clockToleranceSeconds = 15

/** Of PodSandboxConfig: on the machine's own network, so that no cluster's plugin has to be there. */
const networkOfNode = 2
const sandbox: readonly Field[] = [
  [
    1,
    [
      [
        1,
        [
          [1, 'probe'],
          [2, 'drover-verify'],
          [3, 'drover'],
        ],
      ],
      [
        8,
        [
          [1, 'system.slice'],
          [2, [[1, [[1, networkOfNode]]]]],
        ],
      ],
    ],
  ],
]

/** The image that containerd starts sandboxes with; `sandbox_image` up to containerd 1.7, `sandbox` since. */
const sandboxImage = `image=$(containerd config dump | sed -nE "s/^ *sandbox(_image)? *= *[\\"']([^\\"']+)[\\"'].*/\\2/p" | head -n 1)`

function runtime(): readonly Probe[] {
  return [
    rootProbe(
      'containerd answers',
      `state=$(systemctl is-enabled containerd.service 2>&1 || true)
[ "$state" != masked ] || { echo 'containerd.service is masked' >&2; exit 1; }
${criFunctions}
for i in $(seq 30); do
  ! systemctl is-active -q containerd.service || ! printf ${framed([])} | call Version 2>/dev/null || exit 0
  sleep 1
done
printf ${framed([])} | call Version || true
echo "containerd.service is $(systemctl is-active containerd.service)" >&2
exit 1`,
      90,
      'kubelet would find no container runtime',
    ),
    rootProbe(
      'systemd owns the control groups',
      `containerd config dump | grep -qi '^ *SystemdCgroup = true'`,
      30,
      'containerd and systemd would both hand them out',
    ),
    rootProbe(
      'the images it holds are whole',
      `${sandboxImage}
[ -n "$image" ] || { echo 'containerd names no image for sandboxes' >&2; exit 1; }
case \${image##*/} in *:*) ;; *) image=$image:latest ;; esac
checked=$(ctr --namespace k8s.io images check) || exit 1
printf '%s\\n' "$checked" | awk 'NR > 1 && $4 != "complete" { print $1 " is " $4; broken = 1 } END { exit broken }' >&2 || exit 1
printf '%s\\n' "$checked" | awk -v image="$image" '$1 == image { held = 1 } END { exit !held }' || { echo "it does not hold $image" >&2; exit 1; }`,
      60,
      'no pod starts where the image of its sandbox has to come from a registry first',
    ),
    rootProbe(
      'a sandbox runs',
      `${criFunctions}
printf ${framed(sandbox)} | call RunPodSandbox || exit 1
id=$(tail -c 64 "$work/answer")
sleep 1
process=$(ctr --namespace k8s.io tasks ls | awk -v id="$id" '$1 == id && $3 == "RUNNING" { print $2 }')
said=
if [ -z "$process" ]; then said='it ended at once'
elif ! grep -q "cri-containerd-$id.scope" "/proc/$process/cgroup"; then said='it is in no control group of systemd'; fi
for verb in StopPodSandbox RemovePodSandbox; do
  printf ${framedId('id')} | call "$verb" || said="$verb failed"
done
[ -z "$said" ] || { echo "$said" >&2; exit 1; }`,
      180,
      'no pod would start',
    ),
  ]
}

/** What makes a node of a Debian machine, and what hardening likes to take away again. */
function prepared(): readonly Probe[] {
  return [
    probe(
      'it passes packets on',
      `for module in overlay br_netfilter; do [ -d "/sys/module/$module" ] || { echo "the kernel module $module is not loaded" >&2; exit 1; }; done
for name in net/ipv4/ip_forward net/bridge/bridge-nf-call-iptables; do
  [ "$(cat "/proc/sys/$name")" = 1 ] || { echo "$name is off" >&2; exit 1; }
done`,
      30,
      'pods would reach nobody',
    ),
    rootProbe(
      'the network’s programs are there',
      `for name in loopback host-local; do
  CNI_COMMAND=VERSION "/opt/cni/bin/$name" | grep -q supportedVersions || { echo "/opt/cni/bin/$name does not answer" >&2; exit 1; }
done`,
      30,
      'a cluster’s network could not be set up',
    ),
  ]
}

/** EKS's own: both programs came with the base, and configure themselves from the machine's user data. */
function nodeadm(kubernetes: string): readonly Probe[] {
  return [
    rootProbe(
      'nodeadm takes its configuration',
      // From where its units have it (nodeadm-run.service); by itself the command looks at user data alone.
      `sources=$(systemctl cat nodeadm-config.service nodeadm-run.service | grep -oE -- '--config-source[= ][^ ]+' | awk '!seen[$0]++')
case $sources in *file:///etc/eks/nodeadm.d*) ;; *)
  set -- /etc/eks/nodeadm.d/*
  [ ! -e "$1" ] || { echo "no unit of nodeadm reads $1" >&2; exit 1; } ;;
esac
nodeadm config check $sources`,
      60,
      'the machine would never join its cluster',
    ),
    rootProbe(
      'kubelet is the one asked for',
      `version=$(/usr/bin/kubelet --version) || exit 1
case $version in 'Kubernetes v${kubernetes}.'*) ;; *) echo "it is $version" >&2; exit 1 ;; esac`,
      60,
      `it is not of Kubernetes ${kubernetes}`,
    ),
    rootProbe(
      'kubelet knows its flags',
      // For systemd, not for a shell: the flags stand there unquoted (nodeadm/internal/kubelet/environment.go).
      `set -f
flags=$(sed -n 's/^NODEADM_KUBELET_ARGS=//p' /etc/eks/kubelet/environment) || exit 1
[ -n "$flags" ] || { echo 'nodeadm gave it none' >&2; exit 1; }
known=$(/usr/bin/kubelet --help 2>&1) || exit 1
for word in $flags; do
  case $word in --*) ;; *) continue ;; esac
  printf '%s\\n' "$known" | grep -qE -- "\${word%%=*}( |$)" || { echo "it does not know \${word%%=*}" >&2; exit 1; }
done`,
      60,
      'it would not start',
    ),
  ]
}

function names(host: string): Probe {
  return probe('it resolves names', `getent hosts ${host} >/dev/null`, 60, 'no image could be pulled')
}

function rootProbe(name: string, script: string, timeoutSeconds: number, failure: string): Probe {
  return probe(name, asRoot(script), timeoutSeconds, failure)
}

function probe(name: string, script: string, timeoutSeconds: number, failure: string): Probe {
  return { name: `node: ${name}`, script: `${script}\n`, timeoutMs: timeoutSeconds * 1_000, failure }
}
