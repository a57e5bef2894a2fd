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
  return {
    note: async (release, head) => {
      const images = bakedImages(release).map(({ imageId }) => imageId)
      if (images.length === 0) return undefined
      const tagged = await cloud.at(place).tag(images, { [headTag]: formatHead(head) })
      return tagged.ok ? undefined : `the ledger's head is not on ${images.join(', ')}: ${tagged.message}`
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
