/** A disk in memory behind the blob store's interface of file operations, with a journal of all calls. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BLOCK_BYTES, crc64 } from '@bindery/digest'
import type { Random } from '@bindery/storage'
import { appendInSteps, type FileOperations } from '@bindery/storage-local'
import { FileNode, FolderNode, type Inode } from './inodes.js'
import { type Change, Journal } from './journal.js'

/** A call that may be made to fail. */
export interface Call {
  readonly operation: keyof FileOperations
  /** The path of the file or folder that it concerns. */
  readonly path: string
}

/** A sync that does nothing. */
export type Lie = 'syncData' | 'syncFolder'

export interface DiskOptions {
  /** The absolute path of the folder that `root` stands for. */
  readonly folder: string
  readonly root: FolderNode
  /** Whether holes can be punched into files, which packs need. */
  readonly canPunch: boolean
  /** Decides how many turns of the event loop each call takes; absent: none. */
  readonly random?: Random
  /** The system error that a call fails with, if any. */
  readonly failure?: (call: Call) => Error | undefined
}

interface OpenFile {
  readonly path: string
  readonly node: FileNode
  /**
   * The error of another descriptor's sync that failed since this one was opened: as on Linux, its own next sync
   * reports it.
   */
  missed: Error | undefined
}

const TURNS_MAX = 4
const FREE_BYTES = 2 ** 40

export class Disk {
  readonly journal = new Journal()
  readonly root: FolderNode
  /** From now on this sync does nothing, to prove that the tests notice. */
  lie: Lie | undefined
  readonly #options: DiskOptions
  readonly #open = new Map<number, OpenFile>()
  readonly #locks = new Map<FileNode, number>()
  #nextFile = 1

  constructor(options: DiskOptions) {
    this.#options = options
    this.root = options.root
  }

  /** Open descriptors. */
  get openFiles(): number {
    return this.#open.size
  }

  readonly operations: FileOperations = {
    create: (path) =>
      this.#call('create', path, () => {
        const { folder, name } = this.#place(path)
        if (folder.names.has(name)) throw systemError('EEXIST')
        const node = new FileNode()
        this.#change({ kind: 'link', node: folder, name, target: node })
        return this.#openFile(path, node)
      }),
    open: (path) => this.#call('open', path, () => this.#openFile(path, this.#fileAt(path))),
    openToClear: (path) => this.#call('openToClear', path, () => this.#openFile(path, this.#fileAt(path))),
    size: (file) => this.#call('size', this.#pathOf(file), () => this.#file(file).node.size),
    read: (file, buffer, position) =>
      this.#call('read', this.#pathOf(file), () => this.#file(file).node.read(buffer, position)),
    readCached: (file, buffer, position) => this.#file(file).node.read(buffer, position) === buffer.length,
    readChecked: (file, buffer, position, { before, after, previous, sums }) => {
      const { node } = this.#file(file)
      const whole = Buffer.alloc(before + buffer.length + after)
      if (node.read(whole, position - before) < whole.length) return undefined
      buffer.set(whole.subarray(before, before + buffer.length))
      for (let end = BLOCK_BYTES, block = 0; block < (sums?.length ?? 0); end += BLOCK_BYTES, block += 1) {
        if (sums !== undefined) sums[block] = crc64(whole.subarray(0, end), previous)
      }
      return crc64(whole, previous)
    },
    write: (file, pieces, position) => this.#write('write', file, Buffer.concat(pieces), position),
    append: (...parameters) => this.#append(...parameters),
    hashAndWrite: async (file, digest, bytes, position) => {
      const writing = this.#write('hashAndWrite', file, Buffer.from(bytes), position)
      const [hashed, written] = await Promise.allSettled([digest.update(bytes), writing])
      if (written.status === 'rejected') throw written.reason
      if (hashed.status === 'rejected') throw hashed.reason
      return hashed.value
    },
    allocate: (file) => this.#call('allocate', this.#pathOf(file), () => {}),
    writeBack: (file) => this.#call('writeBack', this.#pathOf(file), () => {}),
    clear: (file, position, length) =>
      this.#changing('clear', this.#pathOf(file), { kind: 'clear', node: this.#file(file).node, position, length }),
    canPunch: (file) => this.#call('canPunch', this.#pathOf(file), () => this.#options.canPunch),
    tryLock: (file) =>
      this.#call('tryLock', this.#pathOf(file), () => {
        const { node } = this.#file(file)
        if ((this.#locks.get(node) ?? file) !== file) return false
        this.#locks.set(node, file)
        return true
      }),
    syncData: (file) => this.#syncData(this.#file(file)),
    syncFolder: (path) => this.#sync('syncFolder', path, this.#folderAt(path)),
    close: (file) =>
      this.#call('close', this.#pathOf(file), () => {
        const { node } = this.#file(file)
        if (this.#locks.get(node) === file) this.#locks.delete(node)
        this.#open.delete(file)
      }),
    unlink: (path) =>
      this.#call('unlink', path, () => {
        this.#fileAt(path)
        const { folder, name } = this.#place(path)
        this.#change({ kind: 'unlink', node: folder, name })
      }),
    createFolder: (path) =>
      this.#call('createFolder', path, () => {
        const { folder, name } = this.#place(path)
        if (folder.names.has(name)) throw systemError('EEXIST')
        this.#change({ kind: 'link', node: folder, name, target: new FolderNode() })
      }),
    removeFolder: (path) =>
      this.#call('removeFolder', path, () => {
        if (this.#folderAt(path).names.size > 0) throw systemError('ENOTEMPTY')
        const { folder, name } = this.#place(path)
        this.#change({ kind: 'unlink', node: folder, name })
      }),
    names: (path) => this.#call('names', path, () => [...this.#folderAt(path).names.keys()]),
    freeBytes: (path) => this.#call('freeBytes', path, () => FREE_BYTES),
  }

  readonly #append = appendInSteps(this.operations)

  async #call<T>(operation: keyof FileOperations, path: string, run: () => T): Promise<T> {
    await this.#pause()
    const error = this.#options.failure?.({ operation, path })
    if (error !== undefined) throw error
    return run()
  }

  async #pause(): Promise<void> {
    for (let turns = this.#options.random?.below(TURNS_MAX) ?? 0; turns > 0; turns -= 1) await nextTurn()
  }

  /** A change that takes effect at once. */
  #change(change: Change): void {
    const { journal } = this
    const entry = journal.begin(change)
    apply(change)
    journal.end(entry)
  }

  /**
   * A change that takes time: a power loss may interrupt it. One that fails may have been made in part, and is visible
   * nowhere.
   */
  async #changing(operation: keyof FileOperations, path: string, change: Change): Promise<void> {
    const entry = this.journal.begin(change)
    await this.#call(operation, path, () => apply(change))
    this.journal.end(entry)
  }

  #write(operation: 'write' | 'hashAndWrite', file: number, bytes: Buffer, position: number): Promise<void> {
    const { node, path } = this.#file(file)
    return this.#changing(operation, path, { kind: 'write', node, position, bytes })
  }

  async #sync(operation: 'syncData' | 'syncFolder', path: string, node: Inode): Promise<void> {
    const began = this.journal.next()
    try {
      await this.#call(operation, path, () => {})
    } catch (error) {
      this.journal.syncFailed(node)
      throw error
    }
    if (operation !== this.lie) this.journal.synced(node, began)
  }

  async #syncData(file: OpenFile): Promise<void> {
    const { path, node } = file
    try {
      await this.#sync('syncData', path, node)
    } catch (error) {
      for (const other of this.#open.values()) {
        if (other.node === node && other !== file && error instanceof Error) other.missed = error
      }
      throw error
    }
    const { missed } = file
    file.missed = undefined
    if (missed !== undefined) throw missed
  }

  #openFile(path: string, node: FileNode): number {
    const file = this.#nextFile
    this.#nextFile += 1
    this.#open.set(file, { path, node, missed: undefined })
    return file
  }

  #file(file: number): OpenFile {
    const open = this.#open.get(file)
    if (open === undefined) throw systemError('EBADF')
    return open
  }

  #pathOf(file: number): string {
    return this.#file(file).path
  }

  #at(path: string): Inode {
    const { folder } = this.#options
    if (path === folder) return this.root
    if (!path.startsWith(`${folder}/`)) throw new Error(`${path} is not on this disk`)
    let node: Inode = this.root
    for (const name of path.slice(folder.length + 1).split('/')) {
      if (node.kind === 'file') throw systemError('ENOTDIR')
      const next = node.names.get(name)
      if (next === undefined) throw systemError('ENOENT')
      node = next
    }
    return node
  }

  #fileAt(path: string): FileNode {
    const node = this.#at(path)
    if (node.kind === 'folder') throw systemError('EISDIR')
    return node
  }

  #folderAt(path: string): FolderNode {
    const node = this.#at(path)
    if (node.kind === 'file') throw systemError('ENOTDIR')
    return node
  }

  #place(path: string): { readonly folder: FolderNode; readonly name: string } {
    const cut = path.lastIndexOf('/')
    return { folder: this.#folderAt(path.slice(0, cut)), name: path.slice(cut + 1) }
  }
}

function apply(change: Change): void {
  if (change.kind === 'write') change.node.write(change.bytes, change.position)
  else if (change.kind === 'clear') change.node.clear(change.position, change.length)
  else if (change.kind === 'link') change.node.names.set(change.name, change.target)
  else change.node.names.delete(change.name)
}

/** An error as the system reports it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code })
}
