// Paths in a configuration: relative to the file they are written in, and to be found.

import { resolve } from 'node:path'
import type { Reader } from './reader.ts'
import type { FileReference } from './reading.ts'
import { text } from './scalars.ts'

/** The absolute path; that it exists is checked once the whole file has been read. */
export function fileReference(expect: FileReference['expect'] = 'file'): Reader<string> {
  const written = text('the path of a file')
  return {
    standIn: () => '',
    read: (at) => {
      const path = written.read(at)
      if (path === '') return ''
      const absolute = resolve(at.reading.directory, path)
      at.reading.references.push({ at, path: absolute, expect })
      return absolute
    },
  }
}
