// The documents speak of what is there: files, commands, options, exit codes, rooms, API actions, the example as it stands.

import { access, readdir, readFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../pipeline/cli/commands/index.ts'
import { exitCode } from '../../pipeline/kernel/index.ts'
import { actionsTable, coverage, coveragePage } from '../../pipeline/localcloud/coverage.ts'
import { serviceNamed } from '../../pipeline/localcloud/wire/service.ts'

const root = new URL('../..', import.meta.url).pathname
const read = (path: string) => readFile(`${root}${path}`, 'utf8')

const documents = ['README.md', 'hardening/README.md', ...(await markdown('docs')), ...(await markdown('docs/decisions'))]

async function markdown(folder: string): Promise<readonly string[]> {
  const names = await readdir(`${root}${folder}`)
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`)
}

describe.each(documents)('%s', (document) => {
  test('names only files that are there', async () => {
    const text = await read(document)
    const missing: string[] = []
    for (const path of pathsIn(text)) if (!(await isThere(path))) missing.push(path)
    expect(missing).toEqual([])
  })

  test('links to what is there', async () => {
    const text = await read(document)
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading))
    const broken: string[] = []
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path = '', anchor] = target.split('#')
      const isHere =
        path === '' ? headings.includes(anchor ?? '') : await isThere(relative(root, `${root}${dirname(document)}/${path}`))
      if (!isHere) broken.push(target)
    }
    expect(broken).toEqual([])
  })

  test('names only commands and options that exist', async () => {
    const wrong = commandLinesIn(await read(document)).filter((line) => !isCommandLine(line))
    expect(wrong).toEqual([])
  })
})

test('a document that names what is not there would be caught', async () => {
  const [path = ''] = pathsIn('see `scripts/no-such-script` for more')
  expect(await isThere(path)).toBe(false)
  const lines = commandLinesIn('`drover no-such-command`, then `drover status --no-such-option` and `drover status --json`')
  expect(lines.filter((line) => !isCommandLine(line))).toEqual(['drover no-such-command', 'drover status --no-such-option'])
})

test('docs/other-tools.md names for each complaint a test that is there', async () => {
  const rows = (await read('docs/other-tools.md')).split('\n').filter((line) => /^\| (?!elsewhere|---)/.test(line))
  expect(rows.length).toBeGreaterThan(30)
  const wrong: string[] = []
  for (const row of rows) {
    const [, file = '', name = ''] = /\(\.\.\/(test\/[^)]+)\) "([^"]+)" \|$/.exec(row) ?? []
    const source = file === '' ? '' : await read(file)
    if (name === '' || !source.includes(`'${name}`)) wrong.push(row)
  }
  expect(wrong).toEqual([])
})

describe('README.md', async () => {
  const readme = await read('README.md')

  test('shows the example configuration as it stands', async () =>
    expect(readme).toContain(`\`\`\`yaml\n${await read('docs/examples/acme/drover.yaml')}\`\`\``))

  test('lists every command', () => {
    for (const words of Object.keys(commands)) expect(readme).toContain(`\`drover ${words}`)
  })

  test('lists every exit code', () => {
    const listed = [...readme.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
    expect(listed).toEqual(Object.values(exitCode).toSorted((a, b) => a - b))
  })

  test('lists every room with the rank it is held to', async () => {
    const listed = [...readme.matchAll(/^\| `pipeline\/(\w+)\/` \| (\d) \|/gm)].map(([, room, rank]) => [room, Number(rank)])
    const [, table = ''] = /const rank = \{(.*?)\}/s.exec(await read('.dependency-cruiser.cjs')) ?? []
    const held = [...table.matchAll(/(\w+): (\d)/g)].map(([, room, rank]) => [room, Number(rank)])
    expect(held.length).toBeGreaterThan(10)
    expect(listed.toSorted()).toEqual(held.toSorted())
  })

  test('names every variable the workflows read', async () => {
    for (const file of await readdir(`${root}.github/workflows`)) {
      const workflow = await read(`.github/workflows/${file}`)
      expect(readme).toContain(`.github/workflows/${file}`)
      for (const [, name] of workflow.matchAll(/\bvars\.(\w+)/g)) expect(readme).toContain(`\`${name}\``)
    }
  })
})

test('docs/local-cloud.md lists the actions of the local cloud', async () => {
  const [, listed = ''] = /<!-- actions -->\n(.*)<!-- \/actions -->/s.exec(await read('docs/local-cloud.md')) ?? []
  expect(listed).toBe(actionsTable())
})

test('docs/local-cloud-actions.md is what the code makes it', async () => {
  expect(await read('docs/local-cloud-actions.md')).toBe(coveragePage())
})

test('nothing is said to be handled that the service does not have', () => {
  const unknown = coverage().flatMap(({ service, action, handled }) => {
    const known = parameters(service, action)
    return handled.filter((path) => !known.has(path.split('.')[0] ?? '')).map((path) => `${action}: ${path}`)
  })
  expect(unknown).toEqual([])
  expect(coverage().some(({ refused }) => refused.length > 0)).toBe(true)
})

function parameters(service: string, action: string): ReadonlySet<string> {
  const schema = serviceNamed(service)?.action(action)?.input
  return new Set(schema === undefined || schema.isUnitSchema() ? [] : [...schema.structIterator()].map(([name]) => name))
}

/** What stands between backticks or in a block of code and begins with a folder of the repository. */
function pathsIn(text: string): readonly string[] {
  const top = /^(?:\.\/)?((?:pipeline|packer|hardening|scripts|test|docs|\.github|\.ci)\/[\w./@-]*\w|\.dependency-cruiser\.cjs)/
  return codeIn(text).flatMap((code) => code.split(/[\s,;|=]+/).flatMap((word) => top.exec(word)?.[1] ?? []))
}

/** `drover …` up to a comment, a chain or the end. */
function commandLinesIn(text: string): readonly string[] {
  return codeIn(text).flatMap((code) =>
    code.split('\n').flatMap((line) => {
      const [, command] = /^(?:\S*scripts\/)?(drover [a-z][^#;|…]*)/.exec(line) ?? []
      return command === undefined ? [] : [command.trim()]
    }),
  )
}

function isCommandLine(line: string): boolean {
  const words = line.split(/\s+/).slice(1)
  const spec = commands[words.slice(0, 2).join(' ')] ?? commands[words[0] ?? '']
  if (spec === undefined) return false
  const known = ['--json', '--help', ...(spec.options ?? []).flatMap(({ flags }) => flags.match(/--?[a-z][a-z-]*/g) ?? [])]
  return words.filter((word) => word.startsWith('-')).every((option) => known.includes(option))
}

/** YAML is left out: the paths in it start where the file lies that it shows. */
function codeIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].flatMap(([, language, code = '']) =>
    language === 'yaml' ? [] : [code],
  )
  const spans = [...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
  return [...blocks, ...spans]
}

/** A path, or, as in `pipeline/config/written`, a folder. */
function isThere(path: string): Promise<boolean> {
  return access(`${root}${path}`).then(
    () => true,
    () => false,
  )
}

/** As GitHub names a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
