// How a machine's root is stacked from its image's layers, what the cloud tells every machine, and its own disk. Pure.

/** Paths relative to the state directory, so that many layers fit the option string. */
export interface OverlayPaths {
  /** Lowest first. */
  readonly layers: readonly string[]
  readonly upper: string
  readonly work: string
}

/** Above the image's layers and below the disk: seen by the machine, never part of what is captured from it. */
export const toldLayer = 'told'

/**
 * The options of `mount -t overlay`. `volatile` leaves out syncing, which dpkg does after every file: only a crash of the
 * host could lose data by it, and a machine of the local cloud does not outlive its host.
 */
export function overlayOptions({ layers, upper, work }: OverlayPaths): string {
  const lower = [toldLayer, ...layers.toReversed()].join(':')
  return `lowerdir=${lower},upperdir=${upper},workdir=${work},index=off,metacopy=off,redirect_dir=on,volatile`
}

/** What a cloud's DHCP server would tell: the resolver. A file the machine may change, on its own disk, like any other. */
export function toldFiles(resolver: string): Readonly<Record<string, string>> {
  return { 'etc/resolv.conf': `nameserver ${resolver}\noptions timeout:2 attempts:2\n` }
}
