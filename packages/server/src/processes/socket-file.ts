/**
 * The Unix domain socket of a server. Its instances listen on a second name next to it, which then takes the place of the name that
 * proxies know: so the permissions are right from the first connection on, and what a killed server left is replaced in one step.
 */
import { chmod, lstat, rename, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config.js'
import { Failure, systemCode } from '../failure.js'

/** Sockets have names of at most 103 bytes on macOS and 107 on Linux. */
const PATH_BYTES_MAX = 99
const ANSWER_MS = 1_000

/** The name on which instances listen before it is that of the socket. */
export function listeningPath(path: string): string {
  return `${resolve(path)}.new`
}

/** The Failure for an error of the file system on a socket. */
export function socketFailure(error: unknown, path: string): unknown {
  const code = systemCode(error)
  if (error instanceof Failure || code === undefined) return error
  return new Failure('socketUnusable', { socket: path, reason: code }, { cause: error })
}

/** The file of a socket, as long as a server uses it. */
export class SocketFile {
  readonly #path: string
  readonly #mode: number
  /** The file that this server has made. */
  #made: number | undefined

  private constructor(path: string, mode: number) {
    this.#path = path
    this.#mode = mode
  }

  /** Makes sure that the socket can be made. Throws Failure `socketTaken`, `socketForeign`, `socketTooLong`, `socketUnusable`. */
  static async prepare(name: string, mode: number): Promise<SocketFile> {
    const path = resolve(name)
    if (Buffer.byteLength(path) > PATH_BYTES_MAX)
      throw new Failure('socketTooLong', { socket: path, bytes: PATH_BYTES_MAX })
    try {
      await lstat(dirname(path))
      await requireDead(path)
      const second = listeningPath(path)
      if (await requireDead(second)) await unlink(second)
    } catch (error) {
      throw socketFailure(error, path)
    }
    return new SocketFile(path, mode)
  }

  /** Gives the socket on which instances listen its permissions and its name; nothing where one listens that had it before. */
  async publish(): Promise<void> {
    const second = listeningPath(this.#path)
    const file = await lstat(second).catch(() => undefined)
    if (file === undefined) return
    try {
      await chmod(second, this.#mode)
      await rename(second, this.#path)
    } catch (error) {
      throw socketFailure(error, this.#path)
    }
    this.#made = file.ino
  }

  /** Removes the socket, unless it is that of another server. */
  async remove(): Promise<void> {
    const file = await lstat(this.#path).catch(() => undefined)
    if (file !== undefined && file.ino === this.#made) await unlink(this.#path).catch(() => {})
  }
}

/** Whether there is a socket on which nothing listens; false if there is nothing. Throws Failure `socketTaken`, `socketForeign`. */
async function requireDead(path: string): Promise<boolean> {
  const file = await lstat(path).catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return false
  if (!file.isSocket()) throw new Failure('socketForeign', { socket: path })
  if (await listens(path)) throw new Failure('socketTaken', { socket: path })
  return true
}

/** Only a refused connection proves that nothing listens. */
function listens(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path)
    const end = (found: boolean) => {
      socket.destroy()
      done(found)
    }
    socket.setTimeout(ANSWER_MS, () => end(true))
    socket.on('connect', () => end(true))
    socket.on('error', (error) => end(systemCode(error) !== 'ECONNREFUSED' && systemCode(error) !== 'ENOENT'))
  })
}

/** The socket that a configuration names. */
export function socketOf({
  socket,
  socketMode,
}: Pick<Config, 'socket' | 'socketMode'>): { readonly path: string; readonly mode: number } | undefined {
  return socket === undefined ? undefined : { path: socket, mode: socketMode }
}
