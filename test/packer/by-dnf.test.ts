// What a node's provisioners do with its packages, in a root of their own where dnf, rpm and curl are played by scripts.

import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:https'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { planBake } from '../../pipeline/bake/plan.ts'
import { workFolderAt, writePlan } from '../../pipeline/bake/work-folder.ts'
import type { Agent, AgentPackage } from '../../pipeline/config/index.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import { createExec, createFiles } from '../../pipeline/system/index.ts'
import { aBakeRequest } from '../bake/a-bake-request.ts'
import { credentials, region, startS3Server } from '../ledger/s3-server.ts'
import { aFamily } from '../support/config.ts'

const packer = new URL('../../packer', import.meta.url).pathname
const asked = '2023.9.20250929'

/** Installed packages are lines of `installed`: name, version, architecture, source. An upgrade moves what `newer` names. */
const programs = {
  rpm: `#!/bin/bash
case "$*" in
  *' system-release') awk '$1 == "system-release" { print $2 }' "$STANDIN/installed" ;;
  '--query --quiet '*) grep -q "^$3 " "$STANDIN/installed" ;;
  --import*) echo "rpm $*" >> "$STANDIN/calls" ;;
  '--query --all --queryformat %{NAME} %{EVR}\\n '*)
    while read -r name version _; do [[ $name == $5 ]] && echo "$name $version"; done < "$STANDIN/installed"; true ;;
  *'[%{=NAME}\\t%{PROVIDENAME}\\n]') cat "$STANDIN/provided" ;;
  *'[%{=NAME}\\t%{REQUIRENAME}\\n]') cat "$STANDIN/required" ;;
  *'%{NAME}\\t%{EVR}\\t%{ARCH}\\t%{SOURCERPM}\\n') tr ' ' '\\t' < "$STANDIN/installed" | sed 's/\\tnone$/\\t(none)/' ;;
  '--query --whatprovides '*)
    grep -q "^$5 " "$STANDIN/having" || { echo "no package provides $5"; exit 1; }
    sed -n "s|^$5 ||p" "$STANDIN/having" ;;
  *'%{NAME}\\n') cut -d' ' -f1 "$STANDIN/installed" ;;
  *) echo "rpm: not played: $*" >&2; exit 9 ;;
esac
`,
  dnf: `#!/bin/bash
echo "dnf $*" >> "$STANDIN/calls"
held='' release=''
while [[ $1 == --* ]]; do
  case $1 in --setopt=excludepkgs=*) held=\${1#*excludepkgs=} ;; --releasever=*) release=\${1#*=} ;; esac
  shift
done
verb=$1; shift
case $verb in
  upgrade)
    while read -r name version; do
      for pattern in \${held//,/ }; do [[ $name == $pattern ]] && [[ ! -e $STANDIN/leaky ]] && continue 2; done
      sed -i "s/^$name .*/$name $version x86_64 $name-$version.src.rpm/" "$STANDIN/installed"
    done < "$STANDIN/newer"
    [[ -e $STANDIN/stuck ]] || sed -i "s/^system-release .*/system-release $release noarch none/" "$STANDIN/installed" ;;
  install)
    for wanted in "$@"; do [[ -e $STANDIN/nowhere ]] && { echo "Error: Unable to find a match: $wanted" >&2; exit 1; }; done ;;
  check-release-update)
    [[ -e $STANDIN/out ]] || { echo 'Curl error (6): Could not resolve hostname' >&2; exit 1; }
    newest=; for word in "$@"; do [[ $word != --latest-only ]] || newest=$(sort "$STANDIN/out" | tail -n 1); done
    [[ -z $newest ]] || { echo "$newest"; exit 0; }
    head -n 1 "$STANDIN/out" >&2; tail -n +2 "$STANDIN/out" ;;
  remove) for name in "$@"; do sed -i "/^$name /d" "$STANDIN/installed"; done ;;
esac
exit 0
`,
  curl: `#!/bin/bash
echo "curl $*" >> "$STANDIN/calls"
while (($#)); do [[ $1 == --output ]] && { echo "what the bucket holds" > "$2"; exit 0; }; url=$1; shift; done
case $url in
  */token) echo token ;;
  */security-credentials/) echo build ;;
  */services/domain) echo amazonaws.com ;;
  *) echo '{ "AccessKeyId": "AKID", "SecretAccessKey": "hidden", "Token": "session" }' ;;
esac
`,
} as const

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/tmp/drover-dnf-')
  for (const folder of ['bin', 'bake', 'usr']) await mkdir(`${directory}/${folder}`)
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(`${directory}/bin/${name}`, text)
    await chmod(`${directory}/bin/${name}`, 0o755)
  }
  await put('installed', [
    'containerd 2.1.4-1.amzn2023 x86_64 containerd-2.1.4-1.amzn2023.src.rpm',
    'kernel6.12 6.12.46-66.121.amzn2023 x86_64 kernel6.12-6.12.46-66.121.amzn2023.src.rpm',
    'nerdctl 2.1.3-1.amzn2023 x86_64 nerdctl-2.1.3-1.amzn2023.src.rpm',
    'openssl 1:3.2.2-1.amzn2023 x86_64 openssl-3.2.2-1.amzn2023.src.rpm',
    'runc 1.3.1-1.amzn2023 x86_64 runc-1.3.1-1.amzn2023.src.rpm',
    'system-release 2023.8.20250818 noarch none',
    'telnet 1:0.17-83.amzn2023 x86_64 telnet-0.17-83.amzn2023.src.rpm',
  ])
  await put('newer', ['containerd 2.1.5-1.amzn2023', 'kernel6.12 6.12.53-69.119.amzn2023', 'openssl 1:3.2.2-2.amzn2023'])
})
afterEach(() => rm(directory, { recursive: true }))

const put = (name: string, lines: readonly string[] = []) =>
  writeFile(`${directory}/${name}`, lines.map((line) => `${line}\n`).join(''))
const lines = async (name: string) => (await readFile(`${directory}/${name}`, 'utf8')).trimEnd().split('\n')
const calls = async (program: string) => (await lines('calls')).filter((line) => line.startsWith(program))

interface Wish {
  readonly distribution?: string
  readonly upgradeComponents?: boolean
  readonly packages?: readonly AgentPackage[]
  readonly repository?: Agent['repository']
}

/** The bundle as a bake of that family would unpack it. */
async function unpack({ distribution = asked, upgradeComponents = false, packages = [], repository }: Wish): Promise<void> {
  const agent: Agent = {
    name: 'falco',
    purpose: 'intrusion-detection',
    packages,
    ...(repository && { repository }),
    files: [],
    services: [],
    probes: [],
    enrolments: [],
  }
  const node = { kubernetes: '1.33', parameter: '/aws/service/eks/image_id', releaseVersion: '1.33.5-20251112', distribution }
  const request = aBakeRequest({
    family: aFamily({
      kind: 'eks-node',
      agents: [agent],
      node: { kubernetes: '1.33', upgradeComponents, supportNoticeMs: 0, afterSupport: 'warn' },
    }),
    base: { ...aBakeRequest().base, node },
    hardening: { packages: ['aide'], removedPackages: ['telnet', 'ftp'], files: [], steps: [], results: [] },
    folders: { packer, work: `${directory}/work` },
  })
  const work = workFolderAt(request.folders.work)
  await writePlan(planBake(request), work, { exec: createExec(), files: createFiles() })
  await execa('tar', ['-xzf', `${work.path}/bundle.tar.gz`, '-C', `${directory}/bake`])
  await mkdir(`${directory}/bake/results/packages`, { recursive: true })
  // Two programs that no package brought.
  for (const name of ['kubelet', 'nodeadm']) await writeFile(`${directory}/usr/${name}`, `${name} of the base\n`)
  const named = await readFile(`${directory}/bake/plan/node-programs`, 'utf8')
  await writeFile(`${directory}/bake/plan/node-programs`, named.replaceAll('/usr/bin/', `${directory}/usr/`))
  await writeFile(`${directory}/bake/results/release-before.txt`, '2023.8.20250818\n')
  await put('calls')
}

/** In a mount namespace of its own: /var/lib and /etc are this test's. */
async function run(script: string) {
  const inside = `set -e
mount -t tmpfs none /var/lib && mkdir /var/lib/drover-bake && mount --bind ${directory}/bake /var/lib/drover-bake
cp -a /etc/alternatives /var/lib/alternatives
mount -t tmpfs none /etc && mkdir -p /etc/pki/rpm-gpg /etc/yum.repos.d && cp -a /var/lib/alternatives /etc/alternatives
sh ${script}
rm -rf ${directory}/etc && cp -r /etc ${directory}/etc`
  const env = { LC_ALL: 'C', STANDIN: directory, PATH: `${directory}/bin:${process.env.PATH}` }
  return await execa('unshare', ['--mount', 'sh', '-c', inside], { env, reject: false, all: true })
}

const common = (script: string) => run(`${packer}/common/provisioners/${script}`)
const ofNode = (script: string) => run(`${packer}/kubernetes-node/provisioners/${script}`)

describe('the dated release', () => {
  test('is moved to by its number, everything held that makes the machine a node', async () => {
    await unpack({ packages: [{ name: 'falco', version: '0.41.3-1' }] })
    expect(await common('10-packages.sh')).toMatchObject({ exitCode: 0, all: '' })
    const [upgrade = '', install = '', remove = ''] = await calls('dnf')
    expect(upgrade).toContain(`--releasever=${asked} --best --setopt=excludepkgs=containerd,kernel*,nerdctl,runc `)
    expect(upgrade).toMatch(/ upgrade$/)
    expect(install).toMatch(/ install \/usr\/bin\/curl aide ca-certificates falco-0\.41\.3-1 jq$/)
    // `ftp` is not installed and so need not go.
    expect(remove).toMatch(/ remove telnet$/)
    const installed = await lines('installed')
    expect(installed.find((line) => line.startsWith('openssl'))).toContain('1:3.2.2-2.amzn2023')
    expect(installed.find((line) => line.startsWith('containerd'))).toContain('2.1.4-1.amzn2023')
    expect(await lines('bake/results/packages/with-agents.txt')).toContain('system-release')
  })

  test('stays the base’s when that is asked for: an update by that number fetches nothing else', async () => {
    await unpack({ distribution: 'base' })
    expect(await common('10-packages.sh')).toMatchObject({ exitCode: 0 })
    for (const call of await calls('dnf')) expect(call).toContain('--releasever=2023.8.20250818 ')
  })

  test('that the machine does not end at fails the bake', async () => {
    await unpack({})
    await put('stuck')
    const { exitCode, all } = await common('10-packages.sh')
    expect({ exitCode, all }).toEqual({
      exitCode: 1,
      all: `drover: the release ${asked} of the distribution was asked for, the machine is at 2023.8.20250818`,
    })
  })

  test('without a package that was asked for fails the bake', async () => {
    await unpack({ packages: [{ name: 'falco' }] })
    await put('nowhere')
    expect((await common('10-packages.sh')).exitCode).not.toBe(0)
  })
})

describe('what the base was tested with', () => {
  async function bake(between: () => Promise<void> = async () => {}) {
    expect(await ofNode('05-components-before.sh')).toMatchObject({ exitCode: 0, all: '' })
    expect(await common('10-packages.sh')).toMatchObject({ exitCode: 0 })
    await between()
    return await ofNode('82-components-after.sh')
  }

  test('is as it was, and on record', async () => {
    await unpack({})
    expect(await bake()).toMatchObject({ exitCode: 0, all: '' })
    expect(await lines('bake/results/node-components.txt')).toEqual([
      'containerd 2.1.4-1.amzn2023',
      'kernel6.12 6.12.46-66.121.amzn2023',
      'nerdctl 2.1.3-1.amzn2023',
      'runc 1.3.1-1.amzn2023',
      `${directory}/usr/kubelet ${sha256('kubelet of the base\n')}`,
      `${directory}/usr/nodeadm ${sha256('nodeadm of the base\n')}`,
    ])
  })

  test('moved although it was held: the bake fails and says what moved', async () => {
    await unpack({})
    await put('leaky')
    const { exitCode, all } = await bake()
    expect(exitCode).toBe(1)
    expect(all).toContain('containerd 2.1.5-1.amzn2023')
    expect(all).toContain('(was containerd 2.1.4-1.amzn2023)')
    expect(all).not.toContain('openssl')
  })

  test('a kubelet that somebody replaced fails the bake', async () => {
    await unpack({})
    const { exitCode, all } = await bake(() => writeFile(`${directory}/usr/kubelet`, 'another\n'))
    expect(exitCode).toBe(1)
    expect(all).toContain(sha256('another\n'))
  })

  test('moves when that was asked for, but may not go', async () => {
    await unpack({ upgradeComponents: true })
    expect(await bake()).toMatchObject({ exitCode: 0, all: '' })
    expect(await lines('bake/results/node-components.txt')).toContain('containerd 2.1.5-1.amzn2023')
    expect((await calls('dnf')).join()).not.toContain('excludepkgs')
    await rm(`${directory}/usr/kubelet`)
    expect((await ofNode('82-components-after.sh')).all).toContain('kubelet is gone: it would be no node')
  })

  test('a base without a kubelet is no base for a node', async () => {
    await unpack({})
    await rm(`${directory}/usr/kubelet`)
    expect((await ofNode('05-components-before.sh')).all).toContain('is it an image for nodes?')
  })
})

async function ask(question: string) {
  await writeFile(`${directory}/ask.sh`, `set -eu\n. ${packer}/package-managers/dnf.sh\n${question}\n`)
  const { exitCode, stdout, stderr } = await run(`${directory}/ask.sh`)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return stdout
}

describe('the release that the image is at', () => {
  async function record(out?: readonly string[]) {
    await unpack({})
    if (out) await put('out', out)
    await ask('record_release /var/lib/drover-bake/results')
    return await Promise.all(['after', 'newer'].map(async (name) => (await lines(`bake/results/release-${name}.txt`))[0]))
  }

  test.each([
    ['with one beyond it', ['2023.9.20250929'], '2023.9.20250929'],
    ['with none', [], 'none'],
    ['with none, and lists that were fetched', ['Last metadata expiration check: 0:00:12 ago on Sun Nov 29.'], 'none'],
    ['with an answer that is none', ['Release information could not be read'], 'unknown'],
    // As it is listed on a machine that has moved to it.
    ['with itself the newest', ['2023.8.20250818'], 'none'],
    ['with the tenth after the ninth', ['2023.10.20260105', '2023.10.20260120', '2023.9.20251208'], '2023.10.20260120'],
    ['with words around it', ['WARNING: a newer release is out', '2023.9.20250929'], '2023.9.20250929'],
    ['with nobody to ask', undefined, 'unknown'],
  ])('is on record, %s', async (_, out, newer) => {
    expect(await record(out)).toEqual(['2023.8.20250818', newer])
  })
})

describe('what is written down of packages', () => {
  test('is each with its source, where it has one', async () => {
    await unpack({})
    const found = (await ask('installed_packages')).split('\n')
    expect(found).toContain('openssl\t1:3.2.2-1.amzn2023\tx86_64\topenssl\t3.2.2-1.amzn2023')
    expect(found).toContain('kernel6.12\t6.12.46-66.121.amzn2023\tx86_64\tkernel6.12\t6.12.46-66.121.amzn2023')
    expect(found).toContain('system-release\t2023.8.20250818\tnoarch\t\t')
  })

  // What rpm says was taken down from a real one (4.18), asked about packages that need one another in each of these ways.
  test('names packages where rpm names capabilities, so that each can be traced', async () => {
    await unpack({ packages: [{ name: 'amazon-cloudwatch-agent' }] })
    await put(
      'installed',
      ['NetworkManager', 'amazon-cloudwatch-agent', 'curl-minimal', 'glibc', 'libcurl-minimal', 'stray'].map(
        (name) => `${name} 1-1 x86_64 none`,
      ),
    )
    await put('provided', [
      'NetworkManager\tNetworkManager',
      'NetworkManager\tconfig(NetworkManager)',
      'amazon-cloudwatch-agent\tamazon-cloudwatch-agent',
      'curl-minimal\tcurl',
      'curl-minimal\tcurl-minimal',
      'glibc\tlibc.so.6(GLIBC_2.34)(64bit)',
      'libcurl-minimal\tlibcurl-minimal',
      'stray\tstray',
    ])
    await put('required', [
      'NetworkManager\t(absent or libcurl-minimal)',
      'NetworkManager\tconfig(NetworkManager)',
      'amazon-cloudwatch-agent\t((curl >= 7.1 and gone) if NetworkManager)',
      'amazon-cloudwatch-agent\t(stray unless curl)',
      'amazon-cloudwatch-agent\t/bin/sh',
      'amazon-cloudwatch-agent\trpmlib(RichDependencies)',
      'curl-minimal\tlibc.so.6(GLIBC_2.34)(64bit)',
      'curl-minimal\tlibcurl-minimal',
    ])
    await put('having', ['/bin/sh glibc', '/usr/bin/curl curl-minimal'])
    const depends = await ask('installed_dependencies')
    expect(depends.split('\n')).toEqual([
      'NetworkManager\t\tlibcurl-minimal\t',
      'amazon-cloudwatch-agent\t\tglibc, curl-minimal, stray\t',
      'curl-minimal\t\tglibc, libcurl-minimal\t/usr/bin/curl',
      'glibc\t\t\t',
      'libcurl-minimal\t\t\t',
      'stray\t\t\t',
    ])
  })
})

describe('FIPS mode', () => {
  const played = async (policy: string, info: string, setup = 'exit 0') => {
    const bodies = {
      'fips-mode-setup': `echo "fips-mode-setup $*" >> "$STANDIN/calls"\n${setup}`,
      'update-crypto-policies': policy,
      grubby: info,
    }
    for (const [name, body] of Object.entries(bodies)) {
      await writeFile(`${directory}/bin/${name}`, `#!/bin/bash\n${body}\n`, { mode: 0o755 })
    }
    await put('calls')
    return await common('83-fips.sh')
  }
  const both = `printf 'index=0\nargs="ro quiet fips=1"\nindex=1\nargs="ro fips=1"\n'`

  test('is turned on, and every kernel starts with it', async () => {
    await unpack({})
    expect(await played('echo FIPS', both)).toMatchObject({ exitCode: 0, all: '' })
    expect(await calls('fips-mode-setup')).toEqual(['fips-mode-setup --enable'])
  })

  test.each([
    ['that could not be turned on', 'echo FIPS', both, 'exit 1', 'fips-mode-setup could not turn it on'],
    ['with another policy', 'echo DEFAULT', both, 'exit 0', 'the cryptographic policy is DEFAULT'],
    ['with a kernel without it', 'echo FIPS', `printf 'args="ro fips=1"\nargs="ro nofips=1"\n'`, 'exit 0', 'without fips=1'],
    ['without any kernel', 'echo FIPS', 'true', 'exit 0', 'no kernel is known'],
  ])('%s fails the bake', async (_, policy, info, setup, said) => {
    await unpack({})
    const { exitCode, all } = await played(policy, info, setup)
    expect(exitCode).toBe(1)
    expect(all).toContain(said)
  })
})

describe('a package that is a file', () => {
  const files = (url: string, digest = sha256('what the bucket holds\n')) => ({ x86_64: { url, sha256: digest } })

  test('comes from a private bucket with the build machine’s own role, and its secret is on no command line', async () => {
    const url = 's3://acme-agents/al2023/plugin.rpm?region=eu-central-1'
    await unpack({ packages: [{ name: 'inspectorssmplugin', files: files(url) }] })
    expect(await common('10-packages.sh')).toMatchObject({ exitCode: 0, all: '' })
    const asking = await calls('curl')
    // It is started beside what it is given the credentials by, so either may come first.
    expect(asking.find((line) => line.includes('--output'))).toMatch(
      /--aws-sigv4 aws:amz:eu-central-1:s3 .* https:\/\/acme-agents\.s3\.eu-central-1\.amazonaws\.com\/al2023\/plugin\.rpm$/,
    )
    expect(asking.join()).not.toContain('hidden')
    expect((await calls('dnf'))[1]).toMatch(/ \/var\/lib\/drover-bake\/downloads\/inspectorssmplugin\.rpm$/)
  })

  test('with another digest is never installed', async () => {
    await unpack({ packages: [{ name: 'agent', files: files('https://packages.example.com/agent.rpm', 'a'.repeat(64)) }] })
    const { exitCode, all } = await common('10-packages.sh')
    expect(exitCode).toBe(1)
    expect(all).toContain(`has the digest ${sha256('what the bucket holds\n')}, pinned is ${'a'.repeat(64)}`)
    expect(await calls('dnf')).toEqual([])
  })
})

describe('a private bucket', () => {
  /** The metadata service is played, with the role's credentials and a domain of this machine's; all else is the real curl. */
  const realCurl = (port: number, secret: string) => `#!/bin/bash
echo "curl $*" >> "$STANDIN/calls"
case \${!#} in
  http://169.254.169.254/*/token) echo token ;;
  http://169.254.169.254/*/security-credentials/) echo build ;;
  http://169.254.169.254/*/services/domain) echo localhost:${port} ;;
  http://169.254.169.254/*) echo '{ "AccessKeyId": "${credentials.accessKeyId}", "SecretAccessKey": "${secret}", "Token": "session" }' ;;
  *) CURL_CA_BUNDLE="$STANDIN/certificate.pem" exec /usr/bin/curl --noproxy '*' "$@" ;;
esac
`

  /** An S3 server that takes buckets by the name of the host, behind TLS, and what headers requests to it were signed with. */
  async function startBucket(text: string) {
    const made = ['-keyout', `${directory}/key.pem`, '-out', `${directory}/certificate.pem`]
    const names = ['-subj', '/CN=bucket', '-addext', `subjectAltName=DNS:acme-agents.s3.${region}.localhost`]
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    await execa('openssl', ['req', '-x509', ...key, ...made, ...names])
    const [privateKey, certificate] = await Promise.all(
      ['key', 'certificate'].map((name) => readFile(`${directory}/${name}.pem`)),
    )
    const signed: string[] = []
    let upstream = ''
    const proxy = createServer({ key: privateKey, cert: certificate }, ({ method, url, headers }, outgoing) => {
      signed.push(/SignedHeaders=([^,]*)/.exec(headers.authorization ?? '')?.[1] ?? 'nothing')
      request(new URL(url ?? '/', upstream), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      }).end()
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { port } = proxy.address() as { port: number }
    vi.stubEnv('VGW_VIRTUAL_DOMAIN', `s3.${region}.localhost:${port}`)
    const server = await startS3Server('acme-agents')
    upstream = server.endpoint
    await mkdir(`${server.folder}/acme-agents/al2023`)
    await writeFile(`${server.folder}/acme-agents/al2023/plugin.rpm`, text)
    const stop = async () => {
      vi.unstubAllEnvs()
      proxy.close()
      proxy.closeAllConnections()
      await server.stop()
    }
    return { port, signed, stop }
  }

  async function bake(secret: string) {
    const bucket = await startBucket('what the real bucket holds\n')
    try {
      await writeFile(`${directory}/bin/curl`, realCurl(bucket.port, secret))
      const url = `s3://acme-agents/al2023/plugin.rpm?region=${region}`
      const files = { x86_64: { url, sha256: sha256('what the real bucket holds\n') } }
      await unpack({ packages: [{ name: 'inspectorssmplugin', files }] })
      return { ...(await common('10-packages.sh')), signed: bucket.signed }
    } finally {
      await bucket.stop()
    }
  }

  test('of a real S3 server answers what the role’s credentials signed, its session token with the rest', async () => {
    const { exitCode, all, signed } = await bake(credentials.secretAccessKey)
    expect({ exitCode, all }).toEqual({ exitCode: 0, all: '' })
    expect(signed).toEqual(['host;x-amz-content-sha256;x-amz-date;x-amz-security-token'])
    expect(await readFile(`${directory}/bake/downloads/inspectorssmplugin.rpm`, 'utf8')).toBe('what the real bucket holds\n')
    expect((await calls('curl')).join()).not.toContain(credentials.secretAccessKey)
  })

  test('gives nothing to a wrong secret, and nothing is installed', async () => {
    const { exitCode, all } = await bake('not-the-secret')
    expect(exitCode).toBe(1)
    expect(all).toContain('drover: s3://acme-agents/al2023/plugin.rpm could not be fetched')
    expect(await calls('dnf')).toEqual([])
  })
})

describe('a repository', () => {
  async function keyed(pinned?: string) {
    const env = { GNUPGHOME: await mkdtemp(`${directory}/gnupg-`) }
    const gpg = (...words: string[]) => execa('gpg', ['--batch', ...words], { env })
    await gpg('--passphrase', '', '--quick-generate-key', 'vendor', 'ed25519', 'sign', 'never')
    await gpg('--armor', '--output', `${directory}/vendor.asc`, '--export', 'vendor')
    const shown = await gpg('--with-colons', '--list-keys', 'vendor')
    await execa('gpgconf', ['--kill', 'gpg-agent'], { env })
    const keyFingerprint = pinned ?? /^fpr:+([0-9A-F]{40}):/m.exec(shown.stdout)?.[1] ?? ''
    const baseurl = 'https://packages.example.com/rpm'
    await unpack({ repository: { packageManager: 'dnf', baseurl, keyFile: `${directory}/vendor.asc`, keyFingerprint } })
    return await common('10-packages.sh')
  }

  test('is trusted with the pinned key, and every package of it must be signed', async () => {
    expect(await keyed()).toMatchObject({ exitCode: 0 })
    expect(await calls('rpm')).toEqual(['rpm --import /etc/pki/rpm-gpg/falco.asc'])
    const written = await lines('etc/yum.repos.d/falco.repo')
    expect(written).toContain('gpgcheck=1')
    expect(written).toContain('gpgkey=file:///etc/pki/rpm-gpg/falco.asc')
  })

  test('with another key is refused before the key is imported', async () => {
    const { exitCode, all } = await keyed('A'.repeat(40))
    expect(exitCode).toBe(1)
    expect(all).toMatch(/the key of repository falco has the fingerprint [0-9A-F]{40}, pinned is A{40}/)
    expect(await lines('calls')).toEqual([''])
  })
})
