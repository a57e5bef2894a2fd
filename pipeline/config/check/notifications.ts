// Notifications: what is sent over the network is sent in secret, and AWS's senders are in the partition of the images.

import { isLoopback } from '../../kernel/index.ts'
import { partitionOf } from '../resolve/partition.ts'
import type { WrittenConfig } from '../written/drover-file.ts'
import type { WrittenNotification } from '../written/notification.ts'
import { reportFollowing, type Spot } from '../yaml/reading.ts'

export function checkNotifications({ notifications, images }: WrittenConfig): void {
  for (const notification of notifications) {
    if (notification?.kind === 'smtp') checkMail(notification.value)
    if (notification?.kind === 'ses' && notification.value.region) {
      const { at, value } = notification.value.region
      checkPartition(at, value, images.region.value)
    }
    if (notification?.kind === 'sns') {
      const { at, value } = notification.value.topic
      checkPartition(at, value.split(':')[3] ?? '', images.region.value)
    }
  }
}

type Mail = Extract<WrittenNotification, { readonly kind: 'smtp' }>['value']

function checkMail({ at, host, security, user, password }: Mail): void {
  if (security?.value === 'none' && host.value !== '' && !isLoopback(host.value)) {
    const message = `mail to ${host.value} would go over the network in the clear`
    reportFollowing(security.at, 'config-conflict', message, 'Write starttls or tls; none is for a mail server on this machine.')
  }
  if ((user === undefined) === (password === undefined)) return
  const [has, lacks] = user === undefined ? ['password', 'user'] : ['user', 'password']
  reportFollowing(at, 'config-missing-key', `\`smtp\` has a \`${has}\` but no \`${lacks}\``, 'A login needs both.')
}

function checkPartition(at: Spot, region: string, home: string): void {
  if (region === '' || home === '' || partitionOf(region) === partitionOf(home)) return
  const message = `${region} and the home region ${home} are in different partitions of AWS`
  reportFollowing(
    at,
    'config-conflict',
    message,
    'Credentials of one are nothing to the other: send from the partition of the images.',
  )
}
