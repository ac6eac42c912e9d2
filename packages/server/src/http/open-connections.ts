import type { Socket } from 'node:net'
import { type Channel, type Connection, closeSoon, newConnection } from './connection.js'

/** The connections of a server that are open. */
export class OpenConnections {
  readonly #open = new Set<Connection>()
  /** Those that `node:http` reads. */
  readonly #ofSocket = new WeakMap<Socket, Connection>()
  #whenEmpty = () => {}

  get size(): number {
    return this.#open.size
  }

  values(): Iterable<Connection> {
    return this.#open
  }

  /** The connection of a socket that `node:http` reads. */
  of(socket: Socket): Connection | undefined {
    return this.#ofSocket.get(socket)
  }

  add(channel: Channel): Connection {
    const connection = newConnection(channel)
    this.#open.add(connection)
    return connection
  }

  /** Notes that `node:http` reads a connection by this socket from now on, until it closes. */
  bind(connection: Connection, socket: Socket): void {
    connection.channel = socket
    this.#ofSocket.set(socket, connection)
    socket.on('close', () => this.remove(connection))
  }

  remove(connection: Connection): void {
    this.#open.delete(connection)
    if (this.#open.size === 0) this.#whenEmpty()
  }

  /** Closes those that wait for a request. */
  closeIdle(): void {
    for (const connection of this.#open) if (connection.unanswered === 0) closeSoon(connection)
  }

  /** Closes all immediately. Returns the number of requests that are not answered therefore. */
  cut(): number {
    let cut = 0
    for (const { channel, unanswered } of this.#open) {
      if (!channel.destroyed) cut += unanswered
      channel.destroy()
    }
    return cut
  }

  /** Resolves when none is open. */
  empty(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve
      if (this.#open.size === 0) resolve()
    })
  }
}
