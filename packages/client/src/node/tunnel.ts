/** Tunnels: the messages of a client and a proxy until bytes pass to the server. */
import type net from 'node:net'
import { TransportError } from '../wire/failure.js'

/** A server behind a proxy. */
export interface Behind {
  readonly hostname: string
  readonly port: number
}

/** The user and password for a proxy; both empty where it wants none. */
export interface ProxyKey {
  readonly user: string
  readonly password: string
}

/** A step of a dialogue: bytes that were understood, what is sent next, and whether the server is reached. */
export interface Step {
  readonly used: number
  readonly send?: Uint8Array
  readonly isDone?: boolean
}

/** The client's part of a dialogue with a proxy. */
export interface Dialogue {
  /** The bytes that are sent first. */
  readonly first: Uint8Array
  /** Takes what has arrived and was not used yet; undefined while it is not enough. Throws Error with the reason of a refusal. */
  next(received: Buffer): Step | undefined
}

/** Longest head of a proxy's answer. */
const HEAD_BYTES_MAX = 16 * 1024
const HEAD_END = '\r\n\r\n'

/** `HOST:PORT`, with brackets around an address of IPv6. */
export function authorityOf({ hostname, port }: Behind): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
}

/** The method CONNECT of HTTP: RFC 9110, 9.3.6. */
export function connectDialogue(behind: Behind, headers: Readonly<Record<string, string>>): Dialogue {
  const authority = authorityOf(behind)
  const lines = [`CONNECT ${authority} HTTP/1.1`, `host: ${authority}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return {
    first: Buffer.from(`${lines.join('\r\n')}${HEAD_END}`, 'latin1'),
    next(received) {
      const head = received.toString('latin1')
      if (!head.includes(HEAD_END) && head.length < HEAD_BYTES_MAX) return undefined
      const [line = ''] = head.split('\r\n', 1)
      if (!/^HTTP\/1\.[01] 2\d\d/.test(line)) throw new Error(line.slice(0, 200))
      return { used: received.length, isDone: true }
    },
  }
}

/** The circumstances of a dialogue. */
export interface TunnelOptions {
  /** The proxy, as messages name it. */
  readonly proxy: string
  readonly behind: Behind
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The socket, once a proxy has connected it to a server. Rejects with TransportError, or the signal's reason. */
export async function tunnelled(socket: net.Socket, dialogue: Dialogue, options: TunnelOptions): Promise<net.Socket> {
  const { proxy, behind, timeoutMs, signal } = options
  const listening = new AbortController()
  try {
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string, cause?: unknown) => {
        const message = `the proxy ${proxy} did not connect to ${authorityOf(behind)}: ${reason}`
        reject(new TransportError('network', message, cause, proxy))
      }
      let received: Buffer = Buffer.alloc(0)
      const onData = (piece: Buffer) => {
        received = Buffer.concat([received, piece])
        try {
          if (
            advance(
              socket,
              dialogue,
              () => received,
              (used) => (received = received.subarray(used)),
            )
          )
            resolve()
        } catch (error) {
          fail((error as Error).message)
        }
      }
      const listeners = {
        data: onData,
        error: (error: Error) => fail(error.message, error),
        end: () => fail('it closed the connection'),
        timeout: () => fail(`no answer for ${timeoutMs} ms`),
      }
      for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)
      listening.signal.addEventListener('abort', () => {
        for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
      })
      signal.addEventListener('abort', () => reject(signal.reason), { signal: listening.signal })
      socket.setTimeout(timeoutMs)
      socket.write(dialogue.first)
    })
    return socket
  } catch (failure) {
    socket.on('error', () => {}) // it is reported
    socket.destroy()
    throw failure
  } finally {
    listening.abort()
    socket.setTimeout(0)
  }
}

/** Goes on as far as what has arrived permits; returns whether the server is reached. */
function advance(
  socket: net.Socket,
  dialogue: Dialogue,
  received: () => Buffer,
  use: (bytes: number) => void,
): boolean {
  for (;;) {
    const step = dialogue.next(received())
    if (step === undefined) return false
    use(step.used)
    if (step.isDone === true) return true
    if (step.send !== undefined) socket.write(step.send)
  }
}
