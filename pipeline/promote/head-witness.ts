// The ledger's head on the images themselves: another account's hands are needed to cut the ledger and change what they say.

import { formatHead, type KnownHead, parseHead } from '../ledger/index.ts'
import type { Cloud, MachineImage, Place } from '../ports/index.ts'
import { bakedImages, type LedgerEvent, type Release } from '../release/index.ts'

export interface HeadWitness {
  /** Tags the release's images; why that failed, in a sentence, when it did. */
  note(release: Release, head: LedgerEvent): Promise<string | undefined>
  /** Every head that the families' images carry; `unasked`: why others are not known, one sentence each. */
  heads(): Promise<{ readonly heads: readonly KnownHead[]; readonly unasked: readonly string[] }>
}

const headTag = 'drover:ledger-head'

/** `place`: where images are baked. Two ledgers may share an account, but never a family. */
export function createHeadWitness({ cloud }: { readonly cloud: Cloud }, place: Place, families: readonly string[]): HeadWitness {
  let newest: LedgerEvent | undefined
  let line: Promise<unknown> = Promise.resolve()
  const noted = new Map<string, number>()

  /** Of the newest head there is by then, on those of the images that don't carry it yet. */
  const note = async (imageIds: readonly string[], head: LedgerEvent) => {
    const images = imageIds.filter((id) => (noted.get(id) ?? 0) < head.sequence)
    if (images.length === 0) return undefined
    const tagged = await cloud.at(place).tag(images, { [headTag]: formatHead(head) })
    if (!tagged.ok) return `the ledger's head is not on ${images.join(', ')}: ${tagged.message}`
    for (const id of images) noted.set(id, head.sequence)
    return undefined
  }

  return {
    // One after the other: a slow word of an earlier head would replace that of a later one, whose end could then be cut off unseen.
    note: (release, head) => {
      newest = newest === undefined || newest.sequence < head.sequence ? head : newest
      const imageIds = bakedImages(release).map(({ imageId }) => imageId)
      const turn = line.then(() => note(imageIds, newest ?? head))
      line = turn.catch(() => undefined)
      return turn
    },
    heads: async () => {
      const asked = await Promise.all(
        families.map((family) => cloud.at(place).findImages({ owners: [place.account], tags: { 'drover:family': family } })),
      )
      return {
        heads: asked.flatMap((images) => (images.ok ? images.value.flatMap(headsOf) : [])),
        unasked: [...new Set(asked.flatMap((images) => (images.ok ? [] : [images.message])))],
      }
    },
  }
}

function headsOf({ id, tags }: MachineImage): readonly KnownHead[] {
  const release = tags['drover:release']
  const head = parseHead(tags[headTag] ?? '', release === undefined ? id : `${id} (${release})`)
  return head ? [head] : []
}
