// Amazon Linux's kernels by every name, in the real content: what its fixes and its scan make of a machine that has `kernel6.12` alone.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withEveryKernel } from '../../hardening/content/every-kernel.ts'
import { prepareScanBundle } from '../../hardening/engine/bundle.ts'
import { openProfile, type ProfileAndContent } from '../../hardening/profile/open-profile.ts'
import { gatingProfileId, renderTailoring } from '../../hardening/tailoring/render-tailoring.ts'
import { cacheDirectory, needTool, readTools } from '../../pipeline/cli/tools.ts'
import { sha256 } from '../../pipeline/kernel/index.ts'
import { createFiles } from '../../pipeline/system/index.ts'

const files = createFiles()
const profileFile = new URL('../../hardening/profiles/al2023-cis-level-1-server.yaml', import.meta.url).pathname
const { directory: contentDirectory } = needTool(await readTools(files, cacheDirectory(process.env)), 'content')
const nowMs = Date.parse('2026-11-26T00:00:00Z')
let directory = ''
let opened: ProfileAndContent
let pinned = ''
beforeAll(async () => {
  directory = await mkdtemp('/tmp/drover-every-kernel-')
  opened = await openProfile(files, { profileFile, contentDirectory, nowMs })
  pinned = await readFile(opened.content.file, 'utf8')
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** Every package asked for by its whole name is there but those of another kind of machine; `-qa` lists the kernel's. */
const rpm = (kernel: string) => `rpm() {
  case "$*" in
    '--quiet -q '*kernel*) [ "$3 $#" = '${kernel} 3' ] ;;
    *bootc* | *openshift-kubelet*) return 1 ;;
    '-qa '*) printf '%s\\n' kernel-headers '${kernel}-modules-extra' '${kernel}' ;;
  esac
}
`

/** The guards of all fixes that ask for a kernel, and how many of them let their fix run. */
async function guards(
  dataStream: string,
  name: string,
  kernel: string,
): Promise<{ readonly asked: number; readonly open: number }> {
  const [stream, tailoring, script] = ['ds.xml', 'tailoring.xml', 'sh'].map((ending) => `${directory}/${name}.${ending}`)
  if (stream === undefined || tailoring === undefined || script === undefined) throw new Error('three files')
  await writeFile(stream, dataStream)
  await writeFile(tailoring, renderTailoring({ ...opened, answered: [], nowMs }))
  const chosen = ['--profile', gatingProfileId, '--tailoring-file', tailoring, '--output', script, stream]
  await execa('oscap', ['xccdf', 'generate', 'fix', '--fix-type', 'bash', ...chosen])
  await execa('bash', ['-n', script])
  const conditions = (await readFile(script, 'utf8')).match(/^if .*rpm --quiet -q kernel(?! bootc).*; then$/gm) ?? []
  const asking = conditions.filter((line) => !line.includes('bootc'))
  // Whatever this test itself runs in.
  const anywhere = asking.map((line) => line.replaceAll(/\/(\.dockerenv|run\/\.containerenv)/g, '/nowhere'))
  const run = anywhere.map((line) => `${line} echo open; fi`).join('\n')
  const { stdout } = await execa('bash', ['-euo', 'pipefail'], { input: rpm(kernel) + run })
  return { asked: asking.length, open: stdout.match(/open/g)?.length ?? 0 }
}

describe('of the fixes of CIS Level 1 that are guarded by a kernel', () => {
  test('the content as it is runs none where the kernel is kernel6.12', async () => {
    expect(opened.content.profiles.get(opened.profile.base)?.selected.size).toBe(259)
    expect(await guards(pinned, 'pinned', 'kernel')).toEqual({ asked: 155, open: 155 })
    expect(await guards(pinned, 'pinned', 'kernel6.12')).toEqual({ asked: 155, open: 0 })
  })

  test.each(['kernel', 'kernel6.12', 'kernel6.18'])('those sent to a machine all run where it is %s', async (kernel) => {
    expect(await guards(withEveryKernel(pinned), 'sent', kernel)).toEqual({ asked: 155, open: 155 })
  })

  test('and none where there is no kernel', async () => {
    expect(await guards(withEveryKernel(pinned), 'sent', 'kernel-tools')).toEqual({ asked: 155, open: 0 })
  })
})

test('the scan knows a machine with any of them, by a data stream that is still a valid one', async () => {
  const stream = `${directory}/valid.xml`
  await writeFile(stream, withEveryKernel(pinned))
  await execa('oscap', ['ds', 'sds-validate', stream])
  const object = /inventory_test_kernel_installed:obj:1"[^>]*>\s*<linux:name operation="pattern match">(.*?)<\/linux:name>/
  const pattern = new RegExp(withEveryKernel(pinned).match(object)?.[1] ?? 'none')
  const names = ['kernel', 'kernel6.12', 'kernel6.18', 'kernel-headers', 'kernel6.12-modules-extra', 'kernel-livepatch-6.12']
  expect(names.filter((name) => pattern.test(name))).toEqual(['kernel', 'kernel6.12', 'kernel6.18'])
})

test('what is sent is what the gate takes for the pinned content, and Debian’s is sent as it is', async () => {
  const request = { profileFile, contentDirectory, nowMs, workDirectory: `${directory}/bundle` }
  await prepareScanBundle(request, { files })
  const sent = gunzipSync(await readFile(`${request.workDirectory}/content.xml.gz`))
  expect(sent.toString('utf8')).toBe(withEveryKernel(pinned))
  expect(opened.content.sha256).toBe(sha256(sent))
  expect(await readFile(`${request.workDirectory}/settings.sh`, 'utf8')).toContain(`CONTENT_SHA256='${opened.content.sha256}'`)
  const debian = await readFile(`${contentDirectory}/ssg-debian13-ds.xml`, 'utf8')
  expect(withEveryKernel(debian) === debian).toBe(true)
})
