/**
 * The lock of a data folder is a listening Unix domain socket in `lock/`. The kernel closes it with the last process
 * that has it open, so there are no stale pids, and worker processes that inherit it keep it until they too have ended.
 * A starting server creates its own socket, then looks for others that answer; if two start at once, the later one sees
 * the earlier.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, symlink, unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Serving } from '../deployment.js'
import { Failure, systemCode } from '../failure.js'
import { openFolderFailure } from './folder-failure.js'

/** The folder of the lock's sockets in a data folder. */
export const LOCK_FOLDER = 'lock'

/** How long a start waits for a socket whose owner does not claim the lock: an ending process, or another start. */
const PATIENCE_MS = 5_000
const ANSWER_MS = 1_000
/** Unix domain sockets have names of at most 104 to 108 bytes. */
const SOCKET_PATH_BYTES_MAX = 100

/** A lock on a data folder. It also ends with the last process that has its descriptor open. */
export interface FolderLock {
  /** To be inherited by processes that use the folder. */
  readonly descriptor: number
  /** From now on the lock's socket reports this to each process that connects. */
  announce(serving: Serving): void
  release(): Promise<void>
}

/** The answer of a socket in the lock folder. */
export interface Holder {
  readonly pid: number
  readonly holds: boolean
  /** Undefined until it accepts requests. */
  readonly serving?: Serving
}

/** The owner of a socket: one that answers, one that is silent, or a dead one. */
export type SocketOwner = Holder | 'silent' | 'dead'

/**
 * Locks a data folder for this process and those that inherit the descriptor. Throws Failure `folderLocked`, and the reason of `givenUp`
 * if that is aborted while it waits.
 */
export async function lockFolder(folder: string, patienceMs = PATIENCE_MS, givenUp?: AbortSignal): Promise<FolderLock> {
  const lockFolderPath = join(folder, LOCK_FOLDER)
  await mkdir(lockFolderPath, { recursive: true, mode: 0o700 }).catch((error) => {
    throw openFolderFailure(error, folder)
  })
  const reachable = await shortPath(lockFolderPath)
  try {
    for (const deadline = Date.now() + patienceMs; ; ) {
      const result = await tryLock(reachable.path)
      if ('release' in result) return result
      const { holder } = result
      const pid = holder === 'silent' ? undefined : holder?.pid
      const holds = holder !== 'silent' && holder?.holds === true
      givenUp?.throwIfAborted()
      if (holds || Date.now() > deadline) throw new Failure('folderLocked', { folder, pid })
      await sleep(50 + Math.random() * 200)
    }
  } catch (error) {
    throw openFolderFailure(error, folder)
  } finally {
    await reachable.dispose()
  }
}

/**
 * Creates a socket, then looks for others. Without a lock it returns the process in the way, or undefined if an owner
 * that has ended removed our socket.
 */
async function tryLock(folder: string): Promise<FolderLock | { holder: Exclude<SocketOwner, 'dead'> | undefined }> {
  const name = randomBytes(8).toString('hex')
  const self: { pid: number; holds: boolean; serving?: Serving } = { pid: process.pid, holds: false }
  const server = await announce(join(folder, name), () => JSON.stringify(self))
  const dead: string[] = []
  try {
    for (const other of await readdir(folder)) {
      if (other === name) continue
      const found = await look(join(folder, other))
      if (found !== 'dead') {
        await withdraw(server, join(folder, name))
        return { holder: found }
      }
      dead.push(other)
    }
    // Between its creation and its listening a socket looks dead, and an owner may have removed its name meanwhile.
    if (!(await readdir(folder)).includes(name)) {
      await withdraw(server, join(folder, name))
      return { holder: undefined }
    }
  } catch (error) {
    await withdraw(server, join(folder, name))
    throw error
  }
  self.holds = true
  for (const other of dead) await rm(join(folder, other), { force: true })
  return {
    descriptor: descriptorOf(server),
    announce: (serving) => {
      self.serving = serving
    },
    release: () => closed(server),
  }
}

/** The server that uses a data folder and accepts requests; undefined if no server does. */
export async function findServer(folder: string): Promise<Serving | undefined> {
  const path = join(folder, LOCK_FOLDER)
  const names = await readdir(path).catch(() => [])
  const reachable = await shortPath(path)
  try {
    for (const name of names) {
      const found = await look(join(reachable.path, name))
      if (typeof found === 'object' && found.serving !== undefined) return found.serving
    }
    return undefined
  } finally {
    await reachable.dispose()
  }
}

/** Listens on a new socket and answers every connection. */
export function announce(path: string, answer: () => string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(answer()))
    server.once('error', reject)
    server.listen(path, () => resolve(server.unref()))
  })
}

/** A process that may be alive counts as alive: only a refused connection is proof. */
export function look(path: string): Promise<SocketOwner> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(path)
    const timer = setTimeout(() => end('silent'), ANSWER_MS)
    const end = (found: SocketOwner) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(found)
    }
    socket.setEncoding('utf8')
    socket.on('data', (text) => {
      answer += text
    })
    socket.on('end', () => end(parseHolder(answer)))
    socket.on('error', (error) => {
      const code = systemCode(error)
      end(code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ENOTSOCK' ? 'dead' : 'silent')
    })
  })
}

function parseHolder(answer: string): SocketOwner {
  try {
    const { pid, holds, serving } = JSON.parse(answer) as Partial<Holder>
    return { pid: Number(pid), holds: holds === true, ...(serving === undefined ? {} : { serving }) }
  } catch {
    return 'silent'
  }
}

async function withdraw(server: Server, path: string): Promise<void> {
  await closed(server)
  await unlink(path).catch(() => {})
}

/** Resolves when a server no longer listens. */
export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

function descriptorOf(server: Server): number {
  // Node has no public way to pass on a listening socket without accepting connections in the child as well.
  const { _handle: handle } = server as unknown as { _handle?: { fd?: number } }
  if (typeof handle?.fd !== 'number') throw new Error('the lock has no file descriptor')
  return handle.fd
}

/**
 * A path to a folder that leaves room for a socket's name: the folder itself, or a link to it in the temporary
 * folder.
 */
export async function shortPath(folder: string): Promise<{ path: string; dispose(): Promise<void> }> {
  if (Buffer.byteLength(folder) + 20 <= SOCKET_PATH_BYTES_MAX) return { path: folder, dispose: async () => {} }
  const parent = await mkdtemp(join(tmpdir(), 'bindery-'))
  const path = join(parent, 'lock')
  await symlink(folder, path)
  return { path, dispose: () => rm(parent, { recursive: true, force: true }) }
}
