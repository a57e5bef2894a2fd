// The examples' agents: probes that have to wait for an answer do, asked as on a machine; which are named is said.

import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type ImageRoot, imageRoot } from './image-root.ts'

const examples = new URL('../../docs/examples', import.meta.url).pathname

let root: ImageRoot
beforeEach(async () => {
  root = await imageRoot()
})
afterEach(() => root.close())

async function probeOf(agent: string): Promise<string> {
  const { probes } = parse(await readFile(`${examples}/${agent}`, 'utf8')) as { probes: (string | { command: string })[] }
  const last = probes.at(-1)
  return typeof last === 'object' ? last.command : (last ?? 'exit 9')
}

const state = '/var/ossec/var/run/wazuh-agentd.state'

test('Wazuh’s agent is waited for until its manager has taken it on', async () => {
  const connected = `echo "status='connected'" > ${state}`
  // Third second: the agent says that it asks; fourth: that it was answered.
  const sleep = `echo >> /run/slept
case $(grep -c '' /run/slept) in 3) echo "status='pending'" > ${state} ;; 4) ${connected} ;; esac`
  await root.play('sleep', sleep)
  await root.put('/var/ossec/var/run/.keep', '')
  expect(await root.run('-s', await probeOf('eks/agents/wazuh.yaml'))).toEqual({ exitCode: 0, all: '' })
  expect(await root.read('/run/slept')).toBe('\n'.repeat(4))
})

test('and is not healthy when it never has', async () => {
  await root.play('sleep', 'exit 0')
  await root.put(state, "status='pending'\n")
  expect(await root.run('-s', await probeOf('eks/agents/wazuh.yaml'))).toEqual({ exitCode: 1, all: '' })
})

test('those that EKS’s example does not name are said to lie beside', async () => {
  const text = await readFile(`${examples}/eks/drover.yaml`, 'utf8')
  const named = /^ {4}agents: \[(.*)\]$/m.exec(text)?.[1]?.split(', ') ?? []
  const beside = /# Beside these lie (.*):/.exec(text)?.[1]?.split(/, | and /) ?? []
  const files = (await readdir(`${examples}/eks/agents`)).filter((name) => name.endsWith('.yaml'))
  expect([...named, ...beside].toSorted()).toEqual(files.map((name) => name.replace('.yaml', '')).toSorted())
})
