// The controls of our own: what each answers, and the files it brings.

import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { assert } from '../../pipeline/kernel/index.ts'
import type { Files } from '../../pipeline/ports/index.ts'

/** One folder under hardening/controls. Its control.yaml is ours, so a malformed one is a bug. */
export interface Control {
  readonly id: string
  readonly title: string
  /** What is wrong with, or missing from, the public content. */
  readonly why: string
  /** Short names of the content's rules that it answers. */
  readonly answers: readonly string[]
  readonly packages: readonly string[]
  /** Names of the files that go into the machine, apply.sh and check.sh among them. */
  readonly files: readonly string[]
}

const shape = z.strictObject({
  id: z.string(),
  title: z.string(),
  why: z.string(),
  answers: z.array(z.string()),
  packages: z.array(z.string()),
})

/** The folder of all controls. */
export const controlsDirectory = fileURLToPath(new URL('../controls', import.meta.url))

export async function controlNames(files: Files): Promise<readonly string[]> {
  return files.list(controlsDirectory)
}

export async function readControl(files: Files, id: string): Promise<Control> {
  const directory = `${controlsDirectory}/${id}`
  const text = await files.readText(`${directory}/control.yaml`)
  assert(text !== undefined, `the control ${id} has no control.yaml`)
  const control = shape.parse(parse(text))
  assert(control.id === id, `the control in ${id} calls itself ${control.id}`)
  const names = await files.list(directory)
  return { ...control, files: names.filter((name) => name !== 'control.yaml' && name !== 'scenarios') }
}
