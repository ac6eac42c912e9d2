import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type Bytes,
  copyBytes,
  DamagedRow,
  firstRows,
  type Grouping,
  type KeyText,
  type Snapshot,
  type SnapshotRow,
  StorageError,
} from '@bindery/storage'
import { type Database, type GetOptions, open, type RootDatabase, type Transaction } from 'lmdb'
import { systemFiles } from '../blobs/files.js'
import { type KnownCommits, OpenedRows } from './opened-rows.js'
import { ReadAhead } from './read-ahead.js'
import { RowWalk } from './row-walk.js'
import { openRow, RowSealer } from './sealed-row.js'

/** The file in its folder; LMDB keeps its table of readers next to it, with `-lock` appended. */
export const METADATA_FILE = 'metadata.mdb'
/** Version of the format in docs/formats/metadata-file.md. */
const FORMAT = 1
/** Address space, not memory or disk; LMDB maps more when a file outgrows it. */
const MAP_BYTES = 256 * 1024 ** 3
/** Snapshots that all processes together may hold at a time. */
const READERS_MAX = 1_024
/** The named database of the rows; its name is itself a row of the main database. */
const ROWS_NAME = 'rows'
const FORMAT_KEY = 'format'
const COMMITS_KEY = 'commits'

/** LMDB's own `get` passes options to `getBinaryFast`, whose declaration lacks them. */
type Rows = Database<Bytes, KeyText> & {
  getBinaryFast(key: KeyText, options?: GetOptions): Buffer | undefined
}

/** The open file: sealed rows by key, and a count of commits that shows whether a snapshot is the newest. */
export interface MetadataFile {
  readonly path: string
  readonly root: RootDatabase<Bytes, KeyText>
  readonly rows: Rows
  readonly opened: OpenedRows
  readonly sealer: RowSealer
  /** The process that closes the file closes it too. */
  readonly ahead?: ReadAhead | undefined
  readonly walk?: RowWalk | undefined
}

/**
 * Options of lmdb by which the writes of a commit go to its thread together, and as soon as the last of them is made (`commitRows`). Those of
 * a batch never begin its transaction, however many they are; a write behind a batch does so at once.
 */
const BEGIN_WITH_LAST_WRITE: object = { eventTurnBatching: false, batchStartThreshold: Infinity, txnStartThreshold: 1 }

/** Keys go to LMDB unchanged, one byte per character. LMDB relies on a RangeError if its buffer is too short. */
const keyEncoder = {
  writeKey(key: KeyText, target: Buffer, start: number): number {
    if (key.length > target.length - start) throw new RangeError('the key does not fit')
    return start + target.write(key, start, 'latin1')
  },
  readKey: (source: Buffer, start: number, end: number): KeyText => source.toString('latin1', start, end),
}

/** Values go to LMDB unchanged. LMDB returns one buffer for all reads, whose length it sets for each. */
const encoder = {
  encode: (value: Bytes): Bytes => value,
  decode: ({ buffer, byteOffset, length }: Buffer): Bytes => copyBytes(new Uint8Array(buffer, byteOffset, length)),
}

/** How the metadata file is opened. */
export interface MetadataFileOptions {
  /** For a process that does not write: the file must exist. */
  readonly readOnly?: boolean
  /**
   * For random reads: the system reads nothing around a page that is needed, since `ReadAhead` requests the pages of ranges. For copies of
   * the whole file the system's way is the better one.
   */
  readonly readsAhead?: boolean
}

/** Opens or creates the file. Throws StorageError `unavailable` if it has a format of another version. */
export async function openMetadataFile(folder: string, options: MetadataFileOptions = {}): Promise<MetadataFile> {
  const readOnly = options.readOnly ?? false
  if (!readOnly) await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, METADATA_FILE)
  const readsAhead = options.readsAhead === true && ReadAhead.isPossible()
  const root = open<Bytes, KeyText>({
    path,
    readOnly,
    noSubdir: true,
    mapSize: MAP_BYTES,
    maxReaders: READERS_MAX,
    maxDbs: 1,
    ...noReadAhead(readsAhead),
    // a commit is acknowledged after its sync, and invisible before
    overlappingSync: false,
    ...BEGIN_WITH_LAST_WRITE,
    keyEncoder,
    encoder,
  })
  try {
    const rowsOptions = { name: ROWS_NAME, keyEncoder, encoder }
    const rows = root.openDB<Bytes, KeyText>(rowsOptions)
    if (!readOnly) await markFormat(root, folder)
    const format = root.get(FORMAT_KEY)?.[0]
    if (format !== FORMAT) {
      throw new StorageError('unavailable', `the metadata file has format ${format}, this release reads ${FORMAT}`)
    }
    const ahead = readsAhead ? new ReadAhead(path, ROWS_NAME) : undefined
    const walk = ahead && new RowWalk(ahead, { tree: ROWS_NAME, mark: COMMITS_KEY })
    return { path, root, rows, opened: new OpenedRows(), sealer: new RowSealer(), ahead, walk }
  } catch (error) {
    await root.close()
    throw error
  }
}

/** An option of lmdb that its declaration lacks: faults of the mapped file read one page. */
const noReadAhead = (isSet: boolean): object => (isSet ? { noReadAhead: true } : {})

/** Records the format in a new file, durably. */
async function markFormat(root: RootDatabase<Bytes, KeyText>, folder: string): Promise<void> {
  await root.transaction(() => {
    if (root.get(FORMAT_KEY) === undefined) root.putSync(FORMAT_KEY, new Uint8Array([FORMAT]))
  })
  for (const above of [folder, dirname(folder)]) await systemFiles.syncFolder(above)
}

/** A read transaction that begins when something must be read from the file. */
export class ReadOnDemand {
  readonly #root: MetadataFile['root']
  #begun: Transaction | undefined

  constructor({ root }: MetadataFile) {
    this.#root = root
  }

  get transaction(): Transaction {
    this.#begun ??= this.#root.useReadTransaction()
    return this.#begun
  }

  end(): void {
    this.#begun?.done()
  }
}

/**
 * The file's state in a read transaction. Reads throw DamagedRow.
 *
 * A class, because each transaction makes one: for an object literal with methods that is spread into another, V8 in Node.js 20 makes new
 * hidden classes each time.
 */
export class FileState implements Snapshot {
  readonly #file: MetadataFile
  readonly #within: Pick<ReadOnDemand, 'transaction'>
  readonly #seen: bigint | undefined
  readonly #commits: KnownCommits | undefined

  /**
   * @param seen the number of commits that the read transaction has seen; a smaller number only means that less is known
   * @param commits what is known about later ones, in the process that commits: rows that they left alone are not read again
   */
  constructor(
    file: MetadataFile,
    within: Pick<ReadOnDemand, 'transaction'>,
    seen?: bigint | undefined,
    commits?: KnownCommits | undefined,
  ) {
    this.#file = file
    this.#within = within
    this.#seen = seen
    this.#commits = commits
  }

  get packed(): Snapshot['packed'] {
    const { walk } = this.#file
    return (
      walk &&
      ((from, to, limit, grouping) => {
        const { transaction } = this.#within
        // `seen` may be too small, and would be the mark of a state before that of the transaction
        return walk.read({ from, to, limit, grouping }, () => commitsOf(this.#file, transaction))
      })
    )
  }

  get(key: KeyText): Bytes | undefined {
    const { rows, opened } = this.#file
    const seen = this.#seen
    const commits = this.#commits
    const known = seen === undefined || commits === undefined ? undefined : opened.known(key, seen, commits)
    if (known !== undefined) return known
    const shared = rows.getBinaryFast(key, this.#within)
    return shared && opened.open(key, shared, seen)
  }

  range(from: KeyText, to: KeyText, limit: number, reverse: boolean, onDamaged?: OnDamaged): SnapshotRow[] {
    // an empty bound is not a key for LMDB; its default start is before every key, and nothing is before an empty end
    if (to === '') return []
    const lowest = from === '' ? '\0' : from
    if (!reverse) this.#file.ahead?.request(lowest, to, limit)
    const bounds = reverse
      ? { start: to, exclusiveStart: true, end: lowest, inclusiveEnd: true, reverse }
      : { start: lowest, end: to }
    const { transaction } = this.#within
    const sealed = [...this.#file.rows.getRange({ ...bounds, transaction, limit })]
    return onDamaged === undefined ? sealed.map(openedRow) : soundOf(sealed, onDamaged)
  }

  firsts(from: KeyText, to: KeyText, limit: number, grouping: Grouping): SnapshotRow[] {
    const { transaction } = this.#within
    const { rows } = this.#file
    const walk = (start: KeyText) => rows.getRange({ start: start === '' ? '\0' : start, end: to, transaction })
    return to === '' ? [] : firstRows(walk, from, limit, grouping).map(openedRow)
  }
}

type OnDamaged = (row: DamagedRow) => void

const openedRow = ({ key, value }: SnapshotRow): SnapshotRow => ({ key, value: openRow(key, value) })

function soundOf(sealed: readonly SnapshotRow[], onDamaged: OnDamaged): SnapshotRow[] {
  return sealed.flatMap((row) => {
    try {
      return [openedRow(row)]
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error
      onDamaged(error)
      return []
    }
  })
}

/** The number of commits that the file has seen, from all processes. */
export function commitsOf({ root }: MetadataFile, transaction?: Transaction): bigint {
  const bytes = root.get(COMMITS_KEY, transaction && { transaction })
  return bytes === undefined ? 0n : new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
}

/**
 * Writes rows and the number of commits in one transaction, on LMDB's thread. Resolves when it is durable. If LMDB fails at one of the
 * writes, it keeps none. There must be one call at a time.
 */
export async function commitRows(
  { root, rows, sealer }: MetadataFile,
  written: ReadonlyMap<KeyText, Bytes | undefined>,
  commits: bigint,
): Promise<void> {
  // what may throw comes before the first write, because LMDB commits the writes of a batch that was left
  const sealed = sealer.seal(written)
  const count = new Uint8Array(8)
  new DataView(count.buffer).setBigUint64(0, commits)
  const committed = root.batch(() => {
    for (const [key, value] of sealed) {
      if (value === undefined) void rows.remove(key)
      else void rows.put(key, value)
    }
    void root.put(COMMITS_KEY, count)
  })
  // the same again: a write behind the batch begins the transaction
  await Promise.all([committed, root.put(COMMITS_KEY, count)])
}
