// Reach: where build machines have public addresses, who reaches them must be said; through SSM, they need a profile and its agent.

import { debianAccount } from '../debian-account.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import { childOf, under } from '../yaml/mapping.ts'
import { reportFollowing } from '../yaml/reading.ts'

export function checkRunners({ images, families }: WrittenConfig): void {
  if (images.reach === 'ssm' && images.instanceProfile === undefined) {
    const hint = 'Name a profile whose role has AmazonSSMManagedInstanceCore.'
    const message = '`images` reaches build machines through SSM but names no `instanceProfile`'
    reportFollowing(under(images.at, 'instanceProfile'), 'config-missing-key', message, hint)
  }
  for (const { name, value } of images.reach === 'ssm' ? families : []) {
    const base = value.base?.find(({ owner }) => owner === debianAccount)
    if (base === undefined) continue
    const message = `family ${name} starts from Debian's own image, which has no SSM agent, and \`reach: ssm\` goes through that`
    const hint = 'Start from an image of yours that has the agent, or choose another reach.'
    reportFollowing(childOf(base.at, 'owner'), 'config-conflict', message, hint)
  }
  if (images.reach === 'public' && images.runners === undefined) {
    const hint = 'Name the addresses the runner comes from: `runners: [203.0.113.7/32]`.'
    reportFollowing(
      under(images.at, 'runners'),
      'config-missing-key',
      '`images` reaches build machines on public addresses but names no `runners`',
      hint,
    )
  }
}
