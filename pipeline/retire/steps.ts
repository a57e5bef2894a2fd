// The steps of taking one image out of use and back, each in the ledger; what can't be read off AWS afterwards is there before.

import type { Cloud, CloudAt, CloudOutcome } from '../ports/index.ts'
import type { PlacedImage, Release, ReleaseEvent } from '../release/index.ts'

export interface RetireContext {
  readonly cloud: Cloud
  /** Writes the event to the release's history. */
  record(release: string, event: ReleaseEvent): Promise<void>
}

/** Where the release's images in that region are owned. */
export function ownerAt({ cloud }: Pick<RetireContext, 'cloud'>, { policy }: Release, region: string): CloudAt {
  return cloud.at({ ...policy.home, region })
}

/** "All the launch permissions are removed" [doc: disable-an-ami]: who had them is in the ledger before. */
export async function disableImage(
  context: RetireContext,
  release: Release,
  { region, imageId }: PlacedImage,
): Promise<CloudOutcome<void>> {
  const at = ownerAt(context, release, region)
  const image = await at.describeImage(imageId)
  if (!image.ok) return image
  if (image.value.state !== 'disabled') {
    const permissions = await at.launchPermissions(imageId)
    if (!permissions.ok) return permissions
    // An earlier attempt may have acted and AWS not show it yet: what it saved is never forgotten.
    const saved = savedPermissions(release, { region, imageId }) ?? []
    const all = [...new Set([...saved, ...permissions.value])]
    await context.record(release.id, { type: 'image.permissions-saved', region, imageId, permissions: all })
    const disabled = await at.disableImage(imageId)
    if (!disabled.ok) return disabled
  }
  await context.record(release.id, { type: 'image.retired', region, imageId, step: 'disabled' })
  return nothing
}

/** Undefined: it was not taken from anybody by drover, or they have it back. */
export function savedPermissions({ retired = [] }: Release, { region, imageId }: PlacedImage): readonly string[] | undefined {
  return retired.find((one) => one.region === region && one.imageId === imageId)?.permissions
}

/** Enabled, and launched by the very same accounts and organisations as before. */
export async function enableImage(
  context: RetireContext,
  release: Release,
  { region, imageId }: PlacedImage,
): Promise<CloudOutcome<void>> {
  const at = ownerAt(context, release, region)
  const permissions = savedPermissions(release, { region, imageId }) ?? []
  const enabled = await at.enableImage(imageId)
  if (!enabled.ok) return enabled
  const allowed = await at.allowLaunch(imageId, permissions)
  if (!allowed.ok) return allowed
  const now = await at.launchPermissions(imageId)
  if (!now.ok) return now
  const missing = permissions.filter((one) => !now.value.includes(one))
  if (missing.length > 0) {
    const message = `${imageId} was shared again, but AWS does not list ${missing.join(', ')} among those that may launch it`
    return { ok: false, kind: 'conflict', code: 'NotShared', message }
  }
  await context.record(release.id, { type: 'image.restored', region, imageId })
  return nothing
}

const nothing = { ok: true, value: undefined } as const
