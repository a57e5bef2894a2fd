// A folder as a small web server: what a machine would fetch from the internet, served in a rehearsal.

import type { GuestHandler } from '../localcloud/index.ts'
import type { Files } from '../ports/index.ts'

/** GET of a file below the folder; anything else is 404. A path can't lead out of the folder. */
export function serveFolder(files: Files, folder: string): GuestHandler {
  return async (request, response) => {
    request.resume()
    const bytes = request.method === 'GET' ? await fileAt(files, folder, request.url ?? '/') : undefined
    response.writeHead(bytes ? 200 : 404, {
      'content-type': 'application/octet-stream',
      'content-length': bytes?.byteLength ?? 0,
    })
    response.end(bytes)
  }
}

async function fileAt(files: Files, folder: string, url: string): Promise<Uint8Array | undefined> {
  const path = pathOf(url)
  if (path === undefined) return undefined
  return (await files.kind(`${folder}${path}`)) === 'file' ? files.readBytes(`${folder}${path}`) : undefined
}

/** Undefined for what is no path below the root: a machine may ask for anything. */
function pathOf(url: string): string | undefined {
  const [encoded = ''] = url.split(/[?#]/)
  try {
    const path = decodeURIComponent(encoded)
    return path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..') ? path : undefined
  } catch {
    // A stray percent sign: there is no file of that name.
    return undefined
  }
}
