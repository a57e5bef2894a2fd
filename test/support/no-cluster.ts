// For tests in which no cluster is asked: whoever does is told.

import type { Files, HttpClient } from '../../pipeline/ports/index.ts'

const none = async (): Promise<never> => {
  throw new Error('no cluster was expected to be asked')
}

export const noCluster: { readonly http: HttpClient; readonly files: Pick<Files, 'readText'> } = {
  http: { send: none },
  files: { readText: none },
}
