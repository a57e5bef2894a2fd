// Files, as little as drover needs of them. Paths are absolute or relative to the process's folder.

/** A file that is appended to; what was appended outlives the process. */
export interface Journal {
  append(data: string): Promise<void>
  close(): Promise<void>
}

export interface Files {
  /** UTF-8 text, or undefined when there is no such file. */
  readText(path: string): Promise<string | undefined>
  readBytes(path: string): Promise<Uint8Array | undefined>
  /** Piece by piece, for what may be large; rejects when there is no such file. */
  readPieces(path: string): AsyncIterable<Uint8Array>
  /** Written whole to a temporary file, fsynced, then renamed over; parent folders are made. */
  write(path: string, data: string | Uint8Array, mode?: number): Promise<void>
  /** The same from pieces; when they throw, what was there stays as it was. */
  writePieces(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void>
  /** Appends, for logs. */
  append(path: string, data: string): Promise<void>
  /** The file held open to be appended to, for journals; it and its folder are made. */
  openJournal(path: string): Promise<Journal>
  /** Creates the file with this content only if no such file exists, durably (link + fsync); false if it did. */
  createExclusive(path: string, data: string | Uint8Array): Promise<boolean>
  /** Names in a folder, sorted; empty when there is none. */
  list(path: string): Promise<readonly string[]>
  kind(path: string): Promise<'file' | 'directory' | 'other' | 'missing'>
  /** Makes the folder and its parents. */
  makeDirectory(path: string, mode?: number): Promise<void>
  /** A new private folder (0700) under the system's temporary folder. */
  makeTemporaryDirectory(prefix: string): Promise<string>
  /** Copies a file or a whole folder. */
  copy(from: string, to: string): Promise<void>
  /** Removes a file or a whole folder; nothing happens when there is none. */
  remove(path: string): Promise<void>
}
