// Logs that Packer really wrote (the machine's addresses and paths changed), and what they say.

import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { failureCause } from '../../pipeline/bake/failure-cause.ts'
import { parsePackerLog, renderPackerLog } from '../../pipeline/bake/packer-log.ts'

const read = (name: string): Promise<string> => readFile(new URL(`logs/${name}.txt`, import.meta.url), 'utf8')

describe('what a log says', () => {
  test('steps, output and complaints are told apart', async () => {
    const { lines } = parsePackerLog(await read('script-fails'))
    expect(lines.map(({ kind, text }) => `${kind}: ${text}`).slice(3, 7)).toEqual([
      'step: Provisioning with shell script: /acme/provisioners/30-licence.sh',
      'output: starting',
      'complaint: web: no licence found',
      'output: Provisioning step had errors: Running the cleanup provisioner, if present...',
    ])
  })

  test('the image is in the artifact', () => {
    const log = parsePackerLog(
      '1795326978,amazon-ebs.image,artifact-count,1\n' +
        '1795326978,amazon-ebs.image,artifact,0,builder-id,mitchellh.amazonebs\n' +
        '1795326978,amazon-ebs.image,artifact,0,id,eu-central-1:ami-0123456789abcdef0\n' +
        '1795326978,amazon-ebs.image,artifact,0,end\n',
    )
    expect(log.artifact).toEqual({ region: 'eu-central-1', imageId: 'ami-0123456789abcdef0' })
  })

  test('a line that is still being written is left for the next look', () => {
    const whole = '1,,ui,say,==> amazon-ebs.image: Creating temporary keypair: drover\n'
    expect(parsePackerLog(`${whole}1,,ui,say,==> amazon-ebs.im`).lines).toEqual(parsePackerLog(whole).lines)
  })

  test('a crash is not in the machine-readable form, and is a complaint', () => {
    const { lines } = parsePackerLog('7,,ui,say,==> amazon-ebs.image: Launching a source AWS instance...\npanic: runtime error\n')
    expect(lines.at(-1)).toEqual({ at: 7, kind: 'complaint', text: 'panic: runtime error' })
  })

  test('it reads as a diary', () => {
    const text =
      '1795326978,,ui,say,==> amazon-ebs.image: Stopping the source instance...\n1795326979,,ui,error,==> amazon-ebs.image: no%!(PACKER_COMMA) never\n'
    expect(renderPackerLog(parsePackerLog(text))).toBe('05:56:18   Stopping the source instance...\n05:56:19 ! no, never\n')
  })
})

describe('why it failed, in a sentence', () => {
  test.each([
    ['ssh-refused', 'the build machine refused the temporary SSH key'],
    [
      'apt-unreachable',
      "apt could not reach http://deb.debian.org/debian/dists/trixie/InRelease Temporary failure resolving 'deb.debian.org'",
    ],
    [
      'hardening-without-network',
      "apt could not reach http://deb.debian.org/debian/dists/trixie/InRelease Temporary failure resolving 'deb.debian.org'",
    ],
    ['disk-full', 'the disk of the build machine is full'],
    ['script-fails', '30-licence.sh ended with exit code 3: web: no licence found'],
    ['playbook-fails', 'the playbook failed: Task failed: Failed to connect to the host via ssh: Permission denied'],
  ])('%s', async (name, cause) => {
    expect(failureCause(parsePackerLog(await read(name)))).toBe(cause)
  })

  test('an image that is not clean names the first thing found', async () => {
    expect(failureCause(parsePackerLog(await read('unclean')))).toMatch(/^the image is not clean: /)
  })

  test.each([
    [
      'Error launching source instance: operation error EC2: RunInstances, https response error StatusCode: 400, RequestID: 6e0c, api error InsufficientFreeAddressesInSubnet: Insufficient free addresses in subnet subnet-0a1b2c3d to launch instance.',
      'the subnet subnet-0a1b2c3d has no free address for the build machine',
    ],
    [
      'Error launching source instance: operation error EC2: RunInstances, https response error StatusCode: 403, RequestID: 6e0c, api error UnauthorizedOperation: You are not authorized to perform this operation.',
      'Packer lacks a right: UnauthorizedOperation in EC2: RunInstances',
    ],
    [
      "Error waiting for instance (i-0123) to become ready: unexpected state 'terminated', wanted target 'running'. last error: %!s(<nil>)",
      'the build machine was terminated while it was baked',
    ],
    [
      'Error waiting for instance (i-0123) to become ready: waiter state transitioned to Failure',
      'the build machine i-0123 ended before it ran',
    ],
    [
      'Error creating AMI: operation error EC2: CreateImage, https response error StatusCode: 400, RequestID: 6e0c, api error RequestExpired: Request has expired.',
      'the credentials expired while Packer was at work',
    ],
    [
      'Error waiting for AMI: exceeded max wait time for ImageAvailable waiter',
      'the cloud did not finish the machine or the image in time',
    ],
    [
      'Timeout waiting for SSH.',
      'no SSH connection to the build machine in time: can the runner reach it, and does its sshd run?',
    ],
    ['Something nobody has seen before.', 'Something nobody has seen before.'],
  ])('%s', (error, cause) => {
    const escaped = error.replaceAll(',', '%!(PACKER_COMMA)')
    expect(failureCause(parsePackerLog(`1,amazon-ebs.image,error,${escaped}\n`))).toBe(cause)
  })

  test('a complaint of a step that went on is not the cause', () => {
    const text = [
      '1,,ui,say,==> amazon-ebs.image: Provisioning with shell script: /drover/10-packages.sh',
      '2,,ui,error,==> amazon-ebs.image: W: Failed to fetch http://deb.debian.org/one  Temporary failure resolving',
      '3,,ui,say,==> amazon-ebs.image: Provisioning with shell script: /acme/20-licence.sh',
      '4,,ui,error,==> amazon-ebs.image: no licence',
      '5,amazon-ebs.image,error,Script exited with non-zero exit status: 3. Allowed exit codes are: [0]',
    ]
    expect(failureCause(parsePackerLog(`${text.join('\n')}\n`))).toBe('20-licence.sh ended with exit code 3: no licence')
  })

  test('a Packer that was killed says nothing, and so do we', () => {
    expect(failureCause(parsePackerLog(''))).toBe('Packer ended without saying why')
  })
})
