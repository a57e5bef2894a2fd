// What asks a machine that has lived how its rules stand, over a channel that takes short scripts and gives short answers (SSM).

import { gzipSync } from 'node:zlib'
import type { Files } from '../../pipeline/ports/index.ts'
import { type BundleRequest, prepareDriftBundle } from '../engine/bundle.ts'
import type { ProfileAndContent } from '../profile/open-profile.ts'

/** With what the answer is to be judged by. */
export interface DriftScan extends ProfileAndContent {
  /** Shell scripts to run as root on the machine, in this order; the last one scans and prints the answer, and removes everything. */
  readonly scripts: readonly [string, ...string[]]
}

/** What SendCommand takes as parameters is a few dozen kilobytes; half of that leaves room for the quotes it is wrapped in. */
const pieceCharacters = 40_000
const folder = '/var/lib/drover-drift'

/** The bundle, cut into pieces. Throws ProblemError for a profile or content that cannot be used. */
export async function prepareDriftScan(request: BundleRequest, { files }: { readonly files: Files }): Promise<DriftScan> {
  const { bundle, profile, content } = await prepareDriftBundle(request, { files })
  const unpack: string[] = []
  for (const { from, to, mode } of bundle.files) {
    const bytes = (await files.readBytes(from)) ?? new Uint8Array()
    unpack.push(`install -D -m ${mode} /dev/null '${to}'`, `base64 -d > '${to}' << 'end'`, base64(bytes), 'end')
  }
  const whole = gzipSync(`${unpack.join('\n')}\n`, { level: 9 }).toString('base64')
  const pieces = whole.match(new RegExp(`.{1,${pieceCharacters}}`, 'g')) ?? []
  const [first = '', ...rest] = pieces.map(
    (piece, index) => `printf %s '${piece}' > ${folder}/piece-${String(index).padStart(4, '0')}\n`,
  )
  return {
    profile,
    content,
    scripts: [
      `set -eu\numask 077\nrm -rf ${folder}\nmkdir ${folder}\n${first}`,
      ...rest.map((script) => `set -eu\n${script}`),
      runScript(bundle.steps.map(({ script }) => script)),
    ],
  }
}

function runScript(steps: readonly string[]): string {
  return `set -eu
umask 077
trap 'rm -rf ${folder}' EXIT
cd ${folder}
cat piece-* | base64 -d | gunzip > unpack
rm piece-*
. ./unpack
${steps.map((script) => `./${script} >&2`).join('\n')}
cat results/drift.txt
`
}

function base64(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\n')
}
