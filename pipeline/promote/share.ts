// Lets a stage's account launch the image, and makes sure that it may.

import type { Cloud, CloudAt, CloudOutcome } from '../ports/index.ts'
import type { Performer } from '../release/index.ts'
import { patiently } from './patience.ts'

export function createShare({ cloud }: { readonly cloud: Cloud }): Performer<'share'> {
  return async (request) => {
    const { release, action, log } = request
    const { region, account, imageId } = action
    const at = cloud.at({ ...release.policy.home, region })
    const shared = await patiently(() => shareWith(at, imageId, account), request)
    if (!shared.ok) return [{ type: 'share.failed', region, account, imageId, cause: shared.message }]
    log(`${imageId} in ${region} may be launched by ${account}`)
    return [{ type: 'share.finished', region, account, imageId }]
  }
}

async function shareWith(at: CloudAt, imageId: string, account: string): Promise<CloudOutcome<void>> {
  const image = await at.describeImage(imageId)
  if (!image.ok) return image
  const shared = await at.shareImage(image.value, [account])
  if (!shared.ok) return shared
  const permitted = await at.launchPermissions(imageId)
  if (!permitted.ok) return permitted
  if (permitted.value.includes(account)) return { ok: true, value: undefined }
  const message = `${imageId} was shared with ${account}, but AWS does not list the account among those that may launch it`
  return { ok: false, kind: 'conflict', code: 'NotShared', message }
}
