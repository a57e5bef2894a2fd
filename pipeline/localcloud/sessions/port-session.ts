// One session as the machine's agent plays it: shakes hands, connects to the port, carries what comes and goes.

import type { Duplex } from 'node:stream'
import type { Random } from '../../ports/index.ts'
import type { MachineSession } from '../store/machine-session.ts'
import { asJson, flags, memberOf, payloadTypes } from './agent-message.ts'
import { createManyStreams } from './many-streams.ts'
import { createMessageStream } from './message-stream.ts'

export interface PortSessionOptions {
  readonly session: MachineSession
  readonly random: Random
  /** Wall time in milliseconds. */
  readonly now: () => number
  /** To the session's port; undefined when nobody answers there. */
  readonly connect: () => Promise<Duplex | undefined>
  /** Called once, when it is over: there is nothing at its other end any more. */
  readonly onEnd: () => void
}

export interface PortSession {
  /** The client is there, or there again. */
  attach(send: (bytes: Buffer) => void): void
  /** The client is gone for now. */
  detach(): void
  /** False when what came is no message. */
  receive(bytes: Buffer): boolean
  /** To be called every now and then. */
  tick(): void
  /** Lets go of the machine and tells the client, if it is there. */
  end(reason: string): void
}

/** One that multiplexes and leaves out smux's own signs of life. */
const agentVersion = '3.3.2299.0'
/** What the agent puts into one message (the plugin's StreamDataPayloadSize). */
const longestPayload = 1_024
/** Messages that may be under way before the machine is read no further, and when it is again. */
const mostPending = 512
const fewPending = 128
/** What a machine may leave unread. */
const mostUnread = 16 * 1_024 * 1_024
/** "By default, … sessions time out after 20 minutes of inactivity" [doc: session-preferences-timeout]. */
const longestIdleMs = 20 * 60_000
/** For the client to take what was said last. */
const goodbyeMs = 2_000

export function createPortSession({ session, random, now, connect, onEnd }: PortSessionOptions): PortSession {
  const connections = new Set<Duplex>()
  let phase: 'new' | 'greeting' | 'open' | 'closing' | 'ended' = 'new'
  let lastActive = now()
  let closingSince = 0
  let isHeld = false
  /** What takes the client's bytes, once there is a connection for them. */
  let carry: (data: Buffer) => void = () => undefined

  const stream = createMessageStream({ random, now, onInput, onAcknowledged: readOn })

  function onInput(payloadType: number, payload: Buffer): void {
    lastActive = now()
    if (payloadType === payloadTypes.handshakeResponse && phase === 'greeting') greeted(payload)
    else if (payloadType === payloadTypes.output && phase === 'open') carry(payload)
    else if (payloadType === payloadTypes.flag && payload.length === 4 && payload.readUInt32BE(0) === flags.terminateSession) {
      end('')
    }
  }

  function greet(): void {
    const { port, localPort } = session
    const forwarded = localPort === undefined ? {} : { localPortNumber: localPort, type: 'LocalPortForwarding' }
    const ActionParameters = { SessionType: 'Port', Properties: { portNumber: String(port), ...forwarded } }
    const actions = [{ ActionType: 'SessionType', ActionParameters }]
    stream.say(payloadTypes.handshakeRequest, asJson({ AgentVersion: agentVersion, RequestedClientActions: actions }))
  }

  function greeted(response: Buffer): void {
    const errors = memberOf(response, 'Errors')
    if (Array.isArray(errors) && errors.length > 0) return void end('the client cannot do what the session is for')
    phase = 'open'
    stream.say(payloadTypes.handshakeComplete, asJson({ HandshakeTimeToComplete: 0, CustomerMessage: '' }))
    if (session.localPort === undefined) carryOne()
    else carryMany()
  }

  function carryOne(): void {
    const target = opened((data) => say(data), close)
    carry = target.write
  }

  function carryMany(): void {
    const targets = new Map<number, ReturnType<typeof opened>>()
    const many = createManyStreams({
      send: say,
      onOpen: (id) =>
        targets.set(
          id,
          opened(
            (data) => many.write(id, data),
            (isRefused) => {
              if (isRefused) stream.say(payloadTypes.flag, flagOf(flags.connectToPortError))
              targets.delete(id)
              many.end(id)
            },
          ),
        ),
      onData: (id, data) => targets.get(id)?.write(data),
      onEnd: (id) => targets.get(id)?.end(),
    })
    carry = (data) => {
      if (!many.receive(data)) end('what came is not what the session carries')
    }
  }

  /** A connection to the port, and what is written to it before it is there. */
  function opened(onData: (data: Buffer) => void, onClose: (isRefused: boolean) => void) {
    let target: Duplex | undefined
    let waiting: Buffer[] | undefined = []
    let isOver = false
    const over = (isRefused: boolean) => {
      if (isOver) return
      isOver = true
      if (target !== undefined) connections.delete(target)
      target?.destroy()
      onClose(isRefused)
    }
    void connect()
      .catch(() => undefined)
      .then((found) => {
        if (isOver || phase !== 'open') return void found?.destroy()
        if (found === undefined) return over(true)
        target = found
        connections.add(found)
        found.on('data', (data: Buffer) => onData(data))
        for (const event of ['end', 'error', 'close'] as const) found.on(event, () => over(false))
        for (const data of waiting ?? []) found.write(data)
        waiting = undefined
        if (isHeld) found.pause()
        else found.resume()
      })
    return {
      write(data: Buffer) {
        if (isOver) return
        if (waiting !== undefined) waiting.push(data)
        else target?.write(data)
        const unread = target?.writableLength ?? (waiting ?? []).length * longestPayload
        if (unread > mostUnread) end('the machine takes nothing any more')
      },
      end: () => over(false),
    }
  }

  function say(data: Buffer): void {
    lastActive = now()
    for (let start = 0; start < data.length; start += longestPayload) {
      stream.say(payloadTypes.output, data.subarray(start, start + longestPayload))
    }
    if (stream.pending() < mostPending) return
    isHeld = true
    for (const one of connections) one.pause()
  }

  function readOn(): void {
    if (phase === 'closing' && stream.pending() === 0) return void end('')
    if (!isHeld || stream.pending() > fewPending) return
    isHeld = false
    for (const one of connections) one.resume()
  }

  /** The machine has hung up: what it said last goes to the client first. */
  function close(isRefused: boolean): void {
    if (isRefused) return void end('Connection to destination port failed, check SSM Agent logs.')
    if (phase !== 'open') return
    phase = 'closing'
    closingSince = now()
    if (stream.pending() === 0) end('')
  }

  function end(reason: string): void {
    if (phase === 'ended') return
    phase = 'ended'
    for (const one of connections) one.destroy()
    connections.clear()
    const { id, target } = session
    const told = { DestinationId: target, SessionId: id, MessageType: 'channel_closed', SchemaVersion: 1, Output: reason }
    stream.announce('channel_closed', asJson({ MessageId: '', CreatedDate: new Date(now()).toISOString(), ...told }))
    onEnd()
  }

  return {
    attach(send) {
      lastActive = now()
      stream.sendTo(send)
      if (phase !== 'new') return
      phase = 'greeting'
      greet()
    },
    detach: () => stream.sendTo(undefined),
    receive: (bytes) => stream.receive(bytes),
    tick() {
      stream.repeat()
      if (phase === 'closing' && now() - closingSince > goodbyeMs) end('')
      else if (now() - lastActive > longestIdleMs) end('it has been idle for 20 minutes')
    },
    end,
  }
}

function flagOf(flag: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(flag)
  return bytes
}
