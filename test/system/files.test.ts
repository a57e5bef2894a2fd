import { chmod, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFiles } from '../../pipeline/system/index.ts'
import { firstLine, startProgram } from './support.ts'

const files = createFiles()
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-files-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('files', () => {
  it('writes whole files, makes their folders, replaces them and leaves nothing else behind', async () => {
    const path = join(folder, 'a', 'b', 'text')
    await files.write(path, 'one')
    await files.write(path, new TextEncoder().encode('two'))
    expect(await files.readText(path)).toBe('two')
    expect(await files.readBytes(path)).toEqual(Buffer.from('two'))
    expect(await readdir(join(folder, 'a', 'b'))).toEqual(['text'])
  })

  it('reads and writes what is large in pieces', async () => {
    const [path, copy] = [join(folder, 'pieces', 'one'), join(folder, 'pieces', 'two')]
    await files.write(path, Buffer.alloc(300_000, 'x'))
    const sizes: number[] = []
    for await (const piece of files.readPieces(path)) sizes.push(piece.length)
    expect(sizes.length).toBeGreaterThan(1)
    await files.writePieces(copy, files.readPieces(path))
    expect(await files.readText(copy)).toBe('x'.repeat(300_000))
    await expect(files.writePieces(copy, files.readPieces(join(folder, 'none')))).rejects.toThrow('ENOENT')
    expect(await files.readBytes(copy)).toHaveLength(300_000)
    expect(await readdir(join(folder, 'pieces'))).toEqual(['one', 'two'])
  })

  it('sets the mode as asked whatever the umask, also when it replaces', async () => {
    const path = join(folder, 'secret')
    await files.write(path, 'old', 0o666)
    expect((await stat(path)).mode & 0o777).toBe(0o666)
    await files.write(path, 'new', 0o600)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('creates a file exclusively', async () => {
    const path = join(folder, 'exclusive', 'one')
    expect(await files.createExclusive(path, 'first')).toBe(true)
    expect(await files.createExclusive(path, 'second')).toBe(false)
    expect(await files.readText(path)).toBe('first')
    expect(await readdir(join(folder, 'exclusive'))).toEqual(['one'])
  })

  it('lets exactly one of several processes create a file', async () => {
    const target = join(folder, 'contested')
    const children = Array.from({ length: 6 }, () => startProgram('create-exclusive', target))
    await Promise.all(children.map(firstLine))
    const answers = children.map(firstLine)
    for (const child of children) child.stdin?.write('go')
    const winners = (await Promise.all(answers)).filter((answer) => answer !== 'lost')
    expect(winners).toHaveLength(1)
    expect(await files.readText(target)).toBe(winners[0])
  })

  it('leaves the old file whole and no temporary one when writing fails', async () => {
    const path = join(folder, 'kept')
    await files.write(path, 'old')
    await expect(files.write(path, { length: 3 } as unknown as Uint8Array)).rejects.toThrow()
    expect(await files.readText(path)).toBe('old')
    expect((await readdir(folder)).filter((name) => name.includes('kept'))).toEqual(['kept'])
  })

  it('says undefined, empty or missing for what is not there, and only for that', async () => {
    const path = join(folder, 'nothing')
    expect(await files.readText(path)).toBeUndefined()
    expect(await files.readBytes(path)).toBeUndefined()
    expect(await files.list(path)).toEqual([])
    expect(await files.kind(path)).toBe('missing')
    await files.remove(path)
    await expect(files.readText(folder)).rejects.toThrow('EISDIR')
  })

  it('tells kinds apart, through links', async () => {
    await files.write(join(folder, 'kinds', 'file'), '')
    await symlink('file', join(folder, 'kinds', 'link'))
    await symlink('nowhere', join(folder, 'kinds', 'dangling'))
    const kinds = await Promise.all(['file', 'link', 'dangling', '.'].map((name) => files.kind(join(folder, 'kinds', name))))
    expect(kinds).toEqual(['file', 'file', 'missing', 'directory'])
    expect(await files.kind('/dev/null')).toBe('other')
    expect(await files.kind(join(folder, 'kinds', 'file', 'below'))).toBe('missing')
    expect(await files.list(join(folder, 'kinds'))).toEqual(['dangling', 'file', 'link'])
  })

  it('copies folders with their modes and links, and removes them', async () => {
    const from = join(folder, 'tree')
    await files.write(join(from, 'bin', 'run'), '#!/bin/sh\n')
    await chmod(join(from, 'bin', 'run'), 0o755)
    await symlink('bin/run', join(from, 'latest'))
    const to = join(folder, 'new', 'tree')
    await files.copy(from, to)
    expect((await stat(join(to, 'bin', 'run'))).mode & 0o777).toBe(0o755)
    expect(await files.readText(join(to, 'latest'))).toBe('#!/bin/sh\n')
    await files.remove(to)
    expect(await files.kind(to)).toBe('missing')
  })

  it('appends to logs', async () => {
    const path = join(folder, 'logs', 'log')
    await files.append(path, 'one\n')
    await files.append(path, 'two\n')
    expect(await files.readText(path)).toBe('one\ntwo\n')
  })

  it('holds a journal open, behind what it held, and lets go of it', async () => {
    const path = join(folder, 'journals', 'one')
    const first = await files.openJournal(path)
    await first.append('one\n')
    await first.close()
    await expect(first.append('lost\n')).rejects.toThrow()
    const second = await files.openJournal(path)
    await second.append('two\n')
    expect(await files.readText(path)).toBe('one\ntwo\n')
    await second.close()
  })

  it('makes private temporary folders', async () => {
    const path = await files.makeTemporaryDirectory('drover-test-')
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    await files.remove(path)
  })
})
