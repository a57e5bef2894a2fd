// What a node tells its Auto Scaling group, where curl, kubelet and the AWS CLI are played by scripts.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const script = new URL('../../packer/kubernetes-node/rootfs/usr/lib/drover/node-ready', import.meta.url).pathname

/** Answers lie in files of the stand-in's folder; one that is missing is no answer. `later` comes in the place of `node` after a try, and
 * `late-target` in the place of `target`. */
const programs = {
  curl: `#!/bin/bash
said=$(for word in "$@"; do [[ $word == - ]] && cat; done; true)
echo "curl $*" >> "$STANDIN/calls"
output=/dev/stdout
give() { [[ -e $STANDIN/$1 ]] || exit 22; cat "$STANDIN/$1" > "$output"; }
words=("$@")
for ((i = 0; i < $#; i++)); do
  [[ \${words[i]} == --output ]] && output=\${words[i + 1]}
  [[ \${words[i]} == Action=* ]] && action=\${words[i]#Action=}
  [[ \${words[i]} == LifecycleActionResult=* ]] && result=\${words[i]#*=}
  [[ \${words[i]} == *token-ttl-seconds:* ]] && ttl=\${words[i]##* }
  [[ \${words[i]} == --config && \${words[i + 1]} != - ]] && cat "\${words[i + 1]}" >> "$STANDIN/identity"
done
case \${!#} in
  */api/token) echo $(($(date +%s) + ttl)) > "$STANDIN/expires"; give token ;;
  http://169.254.169.254/*) (($(date +%s) < $(<"$STANDIN/expires"))) || exit 22 ;;&
  */placement/region) echo eu-central-1 ;;
  */instance-id) echo i-0a ;;
  */services/domain) echo amazonaws.com ;;
  */target-lifecycle-state)
    [[ -s $STANDIN/target ]] || { mv "$STANDIN/late-target" "$STANDIN/target" 2>/dev/null; exit 22; }
    give target ;;
  */security-credentials/) echo node ;;
  */security-credentials/node) echo '{ "AccessKeyId": "AKID", "SecretAccessKey": "hidden", "Token": "session" }' ;;
  */healthz) give healthz ;;
  */api/v1/nodes/*) give node; [[ -e $STANDIN/later ]] && mv "$STANDIN/later" "$STANDIN/node"; true ;;
  https://autoscaling.eu-central-1.amazonaws.com/)
    [[ $said == *'user = "AKID:hidden"'*session* ]] || exit 23
    [[ $action == Describe* ]] && { give group; exit 0; }
    echo "$result" >> "$STANDIN/told"
    [[ -e $STANDIN/no-hook ]] || exit 0
    give no-hook
    exit 22 ;;
  *) exit 24 ;;
esac
`,
  pidof: '#!/bin/sh\n[ -e "$STANDIN/proc/7/cmdline" ] && echo 7\n',
  sleep: '#!/bin/sh\nexec /bin/sleep 0.05\n',
  aws: '#!/bin/sh\necho "aws $*" >> "$STANDIN/calls"\necho \'{ "status": { "token": "k8s-aws-v1.hidden" } }\'\n',
} as const

const node = (status: string) =>
  JSON.stringify({
    status: { conditions: [{ type: 'Ready', status, reason: 'KubeletNotReady', message: 'cni plugin not initialized' }] },
  })
const group = (state: string) =>
  `<member>\n<AutoScalingGroupName>blue</AutoScalingGroupName>\n<LifecycleState>${state}</LifecycleState>\n</member>`
/** As nodeadm writes it [doc: awslabs/amazon-eks-ami, nodeadm/internal/kubelet/kubeconfig.template.yaml]. */
const kubeconfig = `---
apiVersion: v1
kind: Config
clusters:
  - name: kubernetes
    cluster:
      certificate-authority: /etc/kubernetes/pki/ca.crt
      server: https://api.example.com
users:
  - name: kubelet
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: aws
        args:
          - "eks"
          - "get-token"
          - "--cluster-name"
          - "acme dev"
        env:
          - name: AWS_PROFILE
            value: node
`

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-node-ready-')
  for (const folder of ['bin', 'run', 'proc', 'proc/7']) await mkdir(`${directory}/${folder}`)
  for (const [name, text] of Object.entries(programs)) {
    await put(`bin/${name}`, text)
    await chmod(`${directory}/bin/${name}`, 0o755)
  }
  const flags = [
    'kubelet',
    `--kubeconfig=${directory}/kubeconfig`,
    '--hostname-override=other',
    '--hostname-override=ip-10-0-0-4',
  ]
  await put('proc/7/cmdline', flags.map((word) => `${word}\0`).join(''))
  await put('kubeconfig', kubeconfig)
  await put('token', 'token')
  await put('target', 'InService')
  await put('healthz', 'ok')
  await put('node', node('True'))
  await put('group', group('Pending:Wait'))
})
afterEach(() => rm(directory, { recursive: true }))

const put = (name: string, text: string) => writeFile(`${directory}/${name}`, text)
const read = (name: string) => readFile(`${directory}/${name}`, 'utf8').catch(() => '')

async function run(within = 60) {
  const env = { STANDIN: directory, PATH: `${directory}/bin:${process.env.PATH}`, RUNTIME_DIRECTORY: `${directory}/run` }
  const options = { env: { ...env, PROC: `${directory}/proc`, HOOK: 'drover-node-ready', WITHIN: String(within) } }
  const { exitCode, all } = await execa('sh', [script], { ...options, reject: false, all: true })
  return { exitCode, all, told: (await read('told')).trim() }
}

test('a node that is Ready completes the hook; no secret is on a command line', async () => {
  const all = 'drover: CONTINUE told to the hook drover-node-ready of blue'
  expect(await run()).toEqual({ exitCode: 0, all, told: 'CONTINUE' })
  const calls = await read('calls')
  expect(calls).toContain('aws eks get-token --cluster-name acme dev\n')
  expect(calls).toContain('--cacert /etc/kubernetes/pki/ca.crt')
  expect(calls).toContain('https://api.example.com/api/v1/nodes/ip-10-0-0-4')
  expect(calls).not.toContain('hidden')
  expect(await read('identity')).toBe('header = "authorization: Bearer k8s-aws-v1.hidden"\n')
})

test('a node that becomes Ready is waited for', async () => {
  await put('node', node('False'))
  await put('later', node('True'))
  expect(await run()).toMatchObject({ exitCode: 0, told: 'CONTINUE' })
})

test.each([
  ['is not told yet', () => rm(`${directory}/target`)],
  ['is told as nothing', () => put('target', '')],
])('where the machine is taken is asked again when it %s', async (_, arrange) => {
  await arrange()
  await put('late-target', 'InService')
  expect(await run()).toMatchObject({ exitCode: 0, told: 'CONTINUE' })
})

test('kubelet’s certificate is the way in where the kubeconfig has one', async () => {
  await put('kubeconfig', `${kubeconfig.split('      exec:')[0]}      client-certificate: /k.pem\n      client-key: /k.pem\n`)
  expect(await run()).toMatchObject({ exitCode: 0, told: 'CONTINUE' })
  expect(await read('identity')).toBe('cert = "/k.pem"\nkey = "/k.pem"\n')
})

describe('the launch is abandoned, and the journal says why, when', () => {
  test.each([
    ['the node is not Ready', () => put('node', node('False')), 'KubeletNotReady: cni plugin not initialized'],
    ['it has not joined', () => rm(`${directory}/node`), 'the API server does not tell of the node ip-10-0-0-4'],
    ['kubelet is ill', () => put('healthz', 'failed'), 'kubelet is not healthy'],
    ['kubelet does not run', () => rm(`${directory}/proc/7/cmdline`), 'kubelet has no kubeconfig that can be read'],
    [
      'kubelet has no way in',
      () => put('kubeconfig', 'server: https://a\ncertificate-authority: /a\n'),
      'the kubeconfig of kubelet gives no way in',
    ],
  ])('%s', async (_, arrange, why) => {
    await arrange()
    const all = `drover: the node is not Ready after 0 s: ${why}\ndrover: ABANDON told to the hook drover-node-ready of blue`
    expect(await run(0)).toEqual({ exitCode: 1, all, told: 'ABANDON' })
  })
})

test('a launch is abandoned after the longest that a node may take, by the clock of the machine', async () => {
  await put('now', '1796000000')
  await put('bin/date', '#!/bin/sh\ncat "$STANDIN/now"\n')
  await put('bin/sleep', '#!/bin/sh\necho $(($(cat "$STANDIN/now") + 60 * $1)) > "$STANDIN/now"\n')
  await chmod(`${directory}/bin/date`, 0o755)
  await put('node', node('False'))
  expect(await run(6_900)).toMatchObject({ exitCode: 1, told: 'ABANDON' })
  expect(Number(await read('now'))).toBe(1_796_000_000 + 6_900)
})

describe('nothing is told', () => {
  test('while a machine is taken to a warm pool', async () => {
    await put('target', 'Warmed:Stopped')
    expect(await run()).toEqual({ exitCode: 0, all: '', told: '' })
    expect((await read('calls')).match(/target-lifecycle-state/g)).toHaveLength(1)
  })

  test('outside of a group, such as where the image is verified', async () => {
    await rm(`${directory}/target`)
    expect(await run()).toEqual({ exitCode: 0, all: '', told: '' })
    // For a minute, with what this test's sleep makes of it.
    expect((await read('calls')).match(/target-lifecycle-state/g)).toHaveLength(12)
  })

  test('after a reboot of a machine in service', async () => {
    await put('group', group('InService'))
    expect(await run()).toEqual({ exitCode: 0, all: '', told: '' })
  })

  test('and all is well where the group has no such hook', async () => {
    await put('no-hook', '<Message>No active Lifecycle Action found with instance ID i-0a</Message>')
    expect(await run()).toMatchObject({ exitCode: 0, told: 'CONTINUE' })
  })
})
