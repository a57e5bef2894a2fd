// The table of actions against the code: every command the adapter can send is in it, file by file, and nothing else is.

import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { calls, ledgerCalls, sessionCalls } from '../../pipeline/aws/actions.ts'
import {
  alarmVerbs,
  baseVerbs,
  clusterVerbs,
  copyVerbs,
  guardDutyVerbs,
  homeVerbs,
  inspectorVerbs,
  keyVerbs,
  migrationVerbs,
  nodeGroupVerbs,
  parameterVerbs,
  retireVerbs,
  rollVerbs,
  sessionVerbs,
  sharedVerbs,
  useVerbs,
} from '../../pipeline/rights/duties.ts'

const folder = new URL('../../pipeline/aws/', import.meta.url)
/** Verbs of other files that a file's verbs are made of. */
const borrowed: Readonly<Record<string, readonly string[]>> = {
  'migrating.ts': ['ec2:DescribeLaunchTemplateVersions'],
  'refreshes.ts': ['autoscaling:DescribeAutoScalingGroups'],
}
const prefixes: Readonly<Record<string, string>> = {
  'auto-scaling': 'autoscaling',
  sesv2: 'ses',
  'service-quotas': 'servicequotas',
}

/** `import { XCommand } from '@aws-sdk/client-y'` and `new XCommand(` make `y:X`. */
function sentBy(source: string): readonly string[] {
  const imports = [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g)]
  const made = new Set([...source.matchAll(/new ([A-Z]\w+)Command\(/g)].map(([, action = '']) => action))
  return imports
    .flatMap(([, names = '', service = '']) =>
      [...names.matchAll(/(\w+)Command\b/g)].map(([, action = '']) => ({ action, service: prefixes[service] ?? service })),
    )
    .filter(({ action }) => made.has(action))
    .map(({ service, action }) => `${service}:${action}`)
}

/** The verbs a file makes: the properties of what its `…Verbs` returns. */
function verbsOf(source: string): readonly (keyof typeof calls)[] {
  const [, picked = ''] = /type \w+Verbs = Pick<\s*CloudAt,([^>]*)>/s.exec(source) ?? []
  return [...picked.matchAll(/'(\w+)'/g)].map(([, verb]) => verb as keyof typeof calls)
}

const files = (await readdir(folder)).filter((name) => !name.startsWith('world-'))
const sources = await Promise.all(files.map(async (name) => ({ name, source: await readFile(new URL(name, folder), 'utf8') })))
const withVerbs = sources.filter(({ source }) => verbsOf(source).length > 0)

test('every verb is some file’s', () => {
  expect(withVerbs.flatMap(({ source }) => verbsOf(source)).toSorted()).toEqual(Object.keys(calls).toSorted())
})

describe.each(withVerbs)('$name', ({ name, source }) => {
  test('sends what the table says of its verbs, and nothing else', () => {
    const said = new Set<string>(verbsOf(source).flatMap((verb) => calls[verb]))
    expect([...said].toSorted()).toEqual([...new Set([...sentBy(source), ...(borrowed[name] ?? [])])].toSorted())
  })
})

test('what has no verb is the taking of roles and the ledger’s store', () => {
  const others = sources.filter(({ source }) => verbsOf(source).length === 0).flatMap(({ source }) => sentBy(source))
  expect([...new Set(others)].toSorted()).toEqual([...ledgerCalls, ...sessionCalls].toSorted())
})

describe('the duties of the roles', async () => {
  const used = async (...rooms: readonly string[]) => {
    const texts = await Promise.all(rooms.map(sourcesIn))
    return new Set(
      Object.keys(calls).filter((verb) =>
        texts.flat().some((text) => new RegExp(`\\b(?:at|cloud|at\\([^)]*\\))\\.${verb}\\(`).test(text)),
      ),
    )
  }

  test('are the verbs their rooms use', async () => {
    const baking = await used('bake', 'verify')
    const promotingAtHome = ['shareImage', 'launchPermissions', 'tag', 'snapshotSizes']
    expect([...homeVerbs, ...baseVerbs, ...sessionVerbs].toSorted()).toEqual(
      [...new Set([...baking, ...promotingAtHome])].toSorted(),
    )
    expect([...new Set([...rollVerbs, ...nodeGroupVerbs, ...parameterVerbs, ...migrationVerbs])].toSorted()).toEqual(
      // Alarms and keys are asked for only where a stage has some: rights of their own.
      [...(await used('roll'))].filter((verb) => !['alarms', 'alarmHistory', 'describeKey'].includes(verb)).toSorted(),
    )
    const asking = [...(await used('rights'))].filter((verb) => verb !== 'describeGroups')
    expect([...keyVerbs].toSorted()).toEqual(asking.toSorted())
    const promoting = [...(await used('promote'))]
    expect([...retireVerbs, ...useVerbs].toSorted()).toEqual([...(await used('retire'))].toSorted())
    const ofStages = [
      ...sharedVerbs,
      'snapshotSizes',
      'describeInstances',
      'describeGroups',
      'describeNodeGroup',
      ...alarmVerbs,
      'sendCommand',
      'commandInvocations',
      ...clusterVerbs,
      ...inspectorVerbs,
      ...guardDutyVerbs,
    ]
    expect([...copyVerbs].toSorted()).toEqual(promoting.filter((verb) => !ofStages.includes(verb)).toSorted())
  })
})

async function sourcesIn(room: string): Promise<readonly string[]> {
  const place = new URL(`../../pipeline/${room}/`, import.meta.url)
  const names = (await readdir(place, { recursive: true })).filter((name) => name.endsWith('.ts'))
  return Promise.all(names.map((name) => readFile(new URL(name, place), 'utf8')))
}
