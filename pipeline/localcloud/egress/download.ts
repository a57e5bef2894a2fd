// One file on its way that several readers follow: fetched once, however many machines ask for it at the same time.

import { PassThrough, type Readable } from 'node:stream'

export interface Download {
  /** As announced, in bytes. */
  readonly length: number
  /** From the first byte, whenever it is called. Ends with the file, or with the error that ended it. */
  follow(): Readable
  /** The whole file; undefined when it broke off or was not of the announced length. */
  whole(): Promise<Buffer | undefined>
}

export function startDownload(source: Readable, length: number): Download {
  const chunks: Buffer[] = []
  let followers: PassThrough[] = []
  let state: 'running' | 'complete' | 'broken' = 'running'
  let received = 0
  source.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    received += chunk.length
    for (const follower of followers) follower.write(chunk)
  })
  source.on('error', () => source.destroy())
  const closed = new Promise<void>((resolve) => {
    source.on('close', () => {
      state = source.readableEnded && received === length ? 'complete' : 'broken'
      for (const follower of followers) conclude(follower)
      followers = []
      resolve()
    })
  })

  function conclude(follower: PassThrough): void {
    if (state === 'complete') follower.end()
    else follower.destroy(new Error('the file broke off'))
  }

  return {
    length,
    follow() {
      // The file is in memory for as long as it is on its way, so what a slow reader leaves waiting costs nothing more.
      const follower = new PassThrough()
      for (const chunk of chunks) follower.write(chunk)
      if (state === 'running') followers.push(follower)
      else conclude(follower)
      return follower
    },
    async whole() {
      await closed
      return state === 'complete' ? Buffer.concat(chunks) : undefined
    },
  }
}
