// SSH through sessions: what ssh is given, and that no session outlives its program.

import { expect, test } from 'vitest'
import type { CloudAt, Command } from '../../pipeline/ports/index.ts'
import { throughSessions } from '../../pipeline/verify/session.ts'
import { refusedBy, scriptedCloud, succeeded } from '../support/scripted-cloud.ts'
import { execWith } from './machine-answers.ts'

const environment = { AWS_SSM_START_SESSION_RESPONSE: 'a secret' }
const words = ['AWS_SSM_START_SESSION_RESPONSE', "it's 100%"]
const command: Command = { argv: ['ssh', '-o', 'ConnectTimeout=5', 'admin@10.0.0.7', 'true'], env: { LANG: 'C' } }

function way(over: Partial<CloudAt> = {}) {
  const calls: string[] = []
  const cloud = scriptedCloud(() => ({
    beginSession: async (instanceId, port) => {
      calls.push(`begin ${instanceId} ${port}`)
      return succeeded({ id: 's-1', words, environment })
    },
    endSession: async (id) => {
      calls.push(`end ${id}`)
      return succeeded(undefined)
    },
    ...over,
  })).at({ account: '111111111111', region: 'eu-central-1' })
  return { calls, through: { cloud, instanceId: 'i-1', plugin: '/opt/session-manager-plugin' } }
}

test('ssh starts the plugin, which finds what is secret in its environment; the session ends with it', async () => {
  const { calls, through } = way()
  const exec = execWith(({ argv, env }) => {
    calls.push('ssh')
    expect(argv).toEqual([
      'ssh',
      '-o',
      "ProxyCommand=/opt/session-manager-plugin 'AWS_SSM_START_SESSION_RESPONSE' 'it'\\''s 100%%'",
      '-o',
      'ConnectTimeout=20',
      ...command.argv.slice(1),
    ])
    expect(argv.join(' ')).not.toContain('a secret')
    expect(env).toEqual({ LANG: 'C', ...environment })
    return { ok: true, exitCode: 0 }
  })
  expect(await throughSessions(exec, through).run(command)).toMatchObject({ ok: true })
  expect(calls).toEqual(['begin i-1 22', 'ssh', 'end s-1'])
})

test('a program that fails or breaks off ends its session as well', async () => {
  const failing = way()
  expect(
    await throughSessions(
      execWith(() => undefined),
      failing.through,
    ).run(command),
  ).toMatchObject({ exitCode: 255 })
  const broken = way()
  const breaks = execWith(() => Promise.reject(new Error('broken off')))
  await expect(throughSessions(breaks, broken.through).run(command)).rejects.toThrow('broken off')
  for (const { calls } of [failing, broken]) expect(calls).toEqual(['begin i-1 22', 'end s-1'])
})

test('without a session nothing is run, and the machine’s answer is why', async () => {
  const { through } = way({ beginSession: async () => refusedBy('unavailable', 'StartSession i-1: i-1 is not connected') })
  const exec = execWith(() => expect.unreachable('ssh was run'))
  expect(await throughSessions(exec, through).run(command)).toMatchObject({
    ok: false,
    message: 'StartSession i-1: i-1 is not connected',
  })
})
