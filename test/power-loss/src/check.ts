/** Checks whether a store keeps its promises in a state that a power loss left. */
import { type BlobEntry, type BlobStore, type ReadAsStored, type ReadOptions, StorageError } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import { Disk } from './disk.js'
import type { FolderNode } from './inodes.js'
import type { Ledger, LedgerEntry } from './ledger.js'
import { sourceOf } from './source.js'

export interface Aftermath {
  readonly folder: string
  readonly root: FolderNode
  readonly canPunch: boolean
  /** The ledger at the moment of the power loss. */
  readonly ledger: Ledger
  /** Not used by any earlier process. */
  readonly incarnation: string
}

/** One sentence per fault. Changes the disk as a recovery does. */
export async function checkAftermath({ folder, root, canPunch, ledger, incarnation }: Aftermath): Promise<string[]> {
  const disk = new Disk({ folder, root, canPunch })
  const store = await openLocalBlobStore({ folder, incarnation, files: disk.operations, bufferBytes: BUFFER_BYTES })
  const checking = new Checking(store, ledger)
  try {
    await checking.run()
  } finally {
    await store.close()
  }
  if (disk.openFiles > 0) checking.found.push(`${disk.openFiles} files stayed open`)
  for (const { owner, content, encryption } of ledger.entries) {
    const start = content.subarray(0, PLAIN_BYTES)
    if (encryption.cipher !== undefined && start.length === PLAIN_BYTES && holds(root, start)) {
      checking.found.push(`bytes of ${owner} lie on the disk as they were sent, though it is encrypted`)
    }
  }
  return checking.found
}

const BUFFER_BYTES = 2 * 1024 * 1024
/** So many bytes do not repeat by chance. */
const PLAIN_BYTES = 16

/** Whether any file below a folder has these bytes. */
function holds(folder: FolderNode, bytes: Buffer): boolean {
  return [...folder.names.values()].some((node) =>
    node.kind === 'folder' ? holds(node, bytes) : node.bytes.includes(bytes),
  )
}

/** The result of reading a whole blob. */
type Given = Buffer | 'corrupt' | 'notFound'

export async function readBlob(store: BlobStore, id: string, options: ReadOptions | ReadAsStored = {}): Promise<Given> {
  const pieces: Buffer[] = []
  try {
    for await (const piece of store.read(id, undefined, options)) {
      pieces.push(Buffer.from(piece.bytes))
      piece.release()
    }
    return Buffer.concat(pieces)
  } catch (error) {
    if (error instanceof StorageError && (error.kind === 'corrupt' || error.kind === 'notFound')) return error.kind
    throw error
  }
}

const CARRIES_BYTES = '~'

class Checking {
  readonly found: string[] = []
  readonly #store: BlobStore
  readonly #ledger: Ledger
  /** Acknowledged blobs for which no deletion was requested. */
  readonly #kept: readonly LedgerEntry[]

  constructor(store: BlobStore, ledger: Ledger) {
    this.#store = store
    this.#ledger = ledger
    this.#kept = ledger.living
  }

  async run(): Promise<void> {
    const listed = await this.#list()
    await this.#checkKept('after the power loss')
    await this.#checkDeleted(listed)
    for (const entry of listed) await this.#checkListed(entry)
    const keptIds = new Set(this.#kept.map(({ id }) => id))
    for (const { id } of listed) if (!keptIds.has(id)) await this.#store.delete(id)
    await this.#checkKept('after the recovery')
    await this.#checkComplete(await this.#list())
    await this.#checkNewWrite()
  }

  async #list(): Promise<BlobEntry[]> {
    const entries: BlobEntry[] = []
    let before = ''
    for await (const entry of this.#store.list()) {
      if (entry.id <= before) this.found.push(`${entry.id} is listed behind ${before}`)
      before = entry.id
      entries.push(entry)
    }
    return entries
  }

  async #checkKept(when: string): Promise<void> {
    for (const { id = '', owner, content, encryption } of this.#kept) {
      const given = await readBlob(this.#store, id, encryption)
      if (typeof given === 'string') this.found.push(`${when} the read of ${owner} (${id}) reports ${given}`)
      else if (!given.equals(content)) this.found.push(`${when} ${owner} (${id}) has other bytes`)
    }
  }

  /** A deleted blob does not come back; a blob whose deletion had begun exists unchanged or not at all. */
  async #checkDeleted(listed: readonly BlobEntry[]): Promise<void> {
    const ids = new Set(listed.map(({ id }) => id))
    for (const { id = '', owner, encryption } of this.#ledger.deleted) {
      if (id.includes(CARRIES_BYTES)) continue
      if (ids.has(id) || (await readBlob(this.#store, id, encryption)) !== 'notFound') {
        this.found.push(`${owner} (${id}) has come back after its deletion`)
      }
    }
    for (const { id, owner, content, encryption } of this.#ledger.entries) {
      if (id === undefined) continue
      const given = await readBlob(this.#store, id, encryption)
      if (typeof given !== 'string' && !given.equals(content)) this.found.push(`${owner} (${id}) has other bytes`)
    }
  }

  /** A listed blob has the bytes that were written for its owner, or cannot be read. */
  async #checkListed(entry: BlobEntry): Promise<void> {
    const { id, incarnation, size } = entry
    const hint = await entry.hint()
    if (!id.startsWith(`${incarnation}-`)) this.found.push(`${id} is listed as of ${incarnation}`)
    const owner = hint && Buffer.from(hint.owner).toString()
    const written = owner !== undefined && this.#ledger.has(owner) ? this.#ledger.get(owner) : undefined
    const given = await readBlob(this.#store, id, written?.encryption ?? { asStored: true })
    if (given === 'notFound') this.found.push(`${id} is listed and not found`)
    if (owner === undefined || typeof given === 'string') return
    if (written === undefined) this.found.push(`${id} is listed for ${owner}, which never was`)
    else if (!given.equals(written.content)) this.found.push(`${id} of ${owner} has other bytes`)
    if (size !== given.length) this.found.push(`${id} has ${given.length} bytes and is listed with ${size}`)
  }

  /** After the recovery a listing shows all kept blobs, and nothing else. */
  async #checkComplete(listed: readonly BlobEntry[]): Promise<void> {
    const expected = this.#kept.map(({ id = '' }) => id).filter((id) => !id.includes(CARRIES_BYTES))
    const ids = new Set(listed.map(({ id }) => id))
    for (const id of expected) if (!ids.delete(id)) this.found.push(`${id} is not listed`)
    for (const id of ids) this.found.push(`${id} is listed though it was deleted`)
    const owners = new Map(this.#kept.map(({ id, owner }) => [id, owner]))
    for (const entry of listed) {
      const { id } = entry
      const hint = await entry.hint()
      const owner = hint && Buffer.from(hint.owner).toString()
      if (owners.has(id) && owner !== owners.get(id)) this.found.push(`${id} is listed for ${owner}`)
    }
  }

  async #checkNewWrite(): Promise<void> {
    const content = Buffer.alloc(4500, 0x61)
    const { id } = await this.#store.write(sourceOf(content), { owner: Buffer.from('new') })
    const given = await readBlob(this.#store, id)
    if (typeof given === 'string' || !given.equals(content)) this.found.push('a new write cannot be read')
    await this.#store.delete(id)
  }
}
