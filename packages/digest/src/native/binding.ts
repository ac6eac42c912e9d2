/** The native addon as it is: functions on numbers, declared for `native.ts` alone. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** An engine's threads and tables. */
export interface RawEngine {
  /** One record for each job that is done: see `ANSWER`. */
  readonly answers: ArrayBuffer
}

/** A record of `answers` in bytes: the job's slot (4), an errno or 0 (4), a CRC-64 (8) and an MD5 (16), in the machine's byte order. */
export const ANSWER = { bytes: 32, slot: 0, error: 4, crc64: 8, md5: 16, md5Bytes: 16 } as const

/** Work on files, by its place in `fileKinds`. */
export const FILE_KIND = { allocate: 0, punchHole: 1, writeBack: 2 } as const

export type FileKind = keyof typeof FILE_KIND

/**
 * What the addon exports. A wrong argument throws a TypeError. What starts a job returns its slot, or -1 if all slots are
 * taken; who starts it keeps its bytes reachable and unchanged until the job is done.
 */
export interface Binding {
  /** Names of what this processor can run; of CRC-64 kernels the last is the fastest. */
  readonly md5Kernels: readonly string[]
  readonly crc64Kernels: readonly string[]
  /** Whether this system knows each kind of work on files. */
  readonly fileKinds: readonly boolean[]
  crc64(bytes: Uint8Array, previous: bigint, kernel: number): bigint
  /**
   * @param md5Kernel place in `md5Kernels`, or their number for the best of all
   * @param onDone jobs are done, and as many records stand in `answers`
   */
  createEngine(
    jobs: number,
    fileThreads: number,
    md5Kernel: number,
    crc64Kernel: number,
    onDone: (count: number) => void,
  ): RawEngine
  begin(engine: RawEngine): number
  update(engine: RawEngine, stream: number, bytes: Uint8Array, writes: boolean, fd: number, position: number): number
  /** The stream's number is no longer valid afterwards, unless -1 is returned. */
  finish(engine: RawEngine, stream: number): number
  /** The stream's number is no longer valid afterwards. */
  discard(engine: RawEngine, stream: number): void
  workOnFile(engine: RawEngine, kind: number, fd: number, position: number, length: number): number
  /** Only when no job is under way. */
  close(engine: RawEngine): void
  /** Locks an open file without waiting. Returns 0 or an errno. */
  tryLock(fd: number): number
}

/** The addon, or undefined if it was not built. Throws if it is there and cannot be loaded. */
export function loadBinding(): Binding | undefined {
  const require = createRequire(import.meta.url)
  // by the name of the package, since a bundle does not lie next to it
  const file = join(dirname(require.resolve('@bindery/digest/package.json')), 'dist', 'native', 'addon.node')
  return existsSync(file) ? require(file) : undefined
}
