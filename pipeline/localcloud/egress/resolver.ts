// The machines' name server: the cloud's own names, then whatever the host's name servers say.

import { lookup } from 'node:dns/promises'
import type { Files } from '../../ports/index.ts'
import { contains, parseAddress, type Range } from '../machines/ipv4.ts'
import { linkLocal } from '../machines/network-plan.ts'
import { type AskServer, askByDatagram, askByStream } from './dns-forward.ts'
import { parseQuestion, type Question, recordType, respond, responseCode, responseCodeOf } from './dns-message.ts'

export interface ResolverOptions {
  readonly files: Files
  /** The range machines have addresses in. */
  readonly range: Range
  /** Names of web servers the local cloud plays itself. */
  readonly hostNames: ReadonlySet<string>
  /** The proxy resolves names for us, so a name the host can't resolve may still be reached. */
  readonly behindProxy: boolean
}

export type Resolver = (query: Buffer, over: 'datagram' | 'stream') => Promise<Buffer>

/** A host has at most three in use; and a machine gives up after some seconds. */
const mostServers = 3
const serverTimeoutMs = 2_000

export function createResolver(options: ResolverOptions): Resolver {
  return async (query, over) => {
    const question = parseQuestion(query)
    if (!question) return respond(query, responseCode.refused)
    const own = ownAnswer(question, options)
    if (own)
      return question.type === recordType.address
        ? respond(query, responseCode.noError, [own])
        : respond(query, responseCode.noError)
    const answer = await forward(query, over === 'datagram' ? askByDatagram : askByStream, options.files)
    if (answer && responseCodeOf(answer) === responseCode.noError) return answer
    return (
      (await fromHost(query, question, answer === undefined, options)) ?? answer ?? respond(query, responseCode.serverFailure)
    )
  }
}

/** `ip-10-1-2-3` with any domain, as EC2 names instances, and the names the cloud serves itself. */
function ownAnswer({ name }: Question, { range, hostNames }: ResolverOptions): string | undefined {
  if (hostNames.has(name)) return linkLocal.hosts
  const address = /^ip-(\d+)-(\d+)-(\d+)-(\d+)(?:\.|$)/.exec(name)?.slice(1).join('.')
  const value = address === undefined ? undefined : parseAddress(address)
  return value !== undefined && contains(range, value) ? address : undefined
}

async function forward(query: Buffer, ask: AskServer, files: Files): Promise<Buffer | undefined> {
  for (const server of nameServers((await files.readText('/etc/resolv.conf')) ?? '')) {
    const answer = await ask(server, query, serverTimeoutMs)
    if (answer) return answer
  }
  return undefined
}

/** From the text of /etc/resolv.conf. */
export function nameServers(text: string): readonly string[] {
  return Array.from(text.matchAll(/^nameserver\s+(\S+)/gm), ([, address]) => address as string).slice(0, mostServers)
}

/** What the host knows without a name server (its hosts file); failing that, any address will do if a proxy resolves. */
async function fromHost(
  query: Buffer,
  question: Question,
  unanswered: boolean,
  options: ResolverOptions,
): Promise<Buffer | undefined> {
  if (question.type !== recordType.address) return undefined
  const found = await lookup(question.name, { all: true, family: 4 }).catch(() => [])
  if (found.length > 0)
    return respond(
      query,
      responseCode.noError,
      found.map(({ address }) => address),
    )
  return unanswered && options.behindProxy ? respond(query, responseCode.noError, [linkLocal.hosts]) : undefined
}
