/** Shared by the tests of this folder. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { loadNative } from '@bindery/digest'
import type { BlobStore, ByteRange, ByteSource, ReadAsStored, ReadOptions } from '@bindery/storage'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { onTmpfs } from '../../../../test/support/tmpfs.mjs'
import { type FileOperations, systemFiles } from './files.js'

/** Bytes of a mebibyte. */
export const MIB = 1024 * 1024
/** Why files are not read without waiting here, or false: only the addon can do that, only on Linux, and not on every file system. */
export const readsWait =
  onTmpfs || ((process.platform !== 'linux' || loadNative() === undefined) && 'files cannot be read without waiting')
/** Options of a write whose owner does not matter. */
export const options = { owner: Buffer.from('the owner') }

/** A folder that is removed when the test ends. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = newFolder(t, 'bindery-blobs-')
  return folder
}

/** `length` bytes without a visible pattern, always the same. */
export function scrambled(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)
}

/** All of `bytes`, at most `pieceBytes` at a time, and then, if given, an error instead of the end. */
export function sourceOf(bytes: Uint8Array, pieceBytes = bytes.length, error?: Error): ByteSource {
  let position = 0
  return {
    size: bytes.length,
    async ready() {},
    async read(buffer) {
      if (position === bytes.length && error !== undefined) throw error
      const piece = bytes.subarray(position, position + Math.min(pieceBytes, buffer.length))
      buffer.set(piece)
      position += piece.length
      return piece.length
    },
  }
}

/** All bytes of a blob or of a range of it, copied, so that what was lent is released. */
export async function readAll(
  store: BlobStore,
  id: string,
  range?: ByteRange,
  options: ReadOptions | ReadAsStored = {},
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of store.read(id, range, options)) {
    pieces.push(Uint8Array.from(piece.bytes))
    piece.release()
  }
  return Buffer.concat(pieces)
}

/** The paths of all files below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

/** One call to the file system: its name and the path that it concerns. */
export type Call = readonly [operation: keyof FileOperations, path: string]

const { append: _, ...unshared } = systemFiles

/** The file system as it is without the addon: each write and each sync is a call. */
export const filesWithoutAppend: FileOperations = unshared

/** The file system without `append`, recording each successful call, and failing where `failure` returns an error. */
export function recordedFiles(failure: (call: Call) => Error | undefined = () => undefined) {
  const calls: Call[] = []
  const paths = new Map<number, string>()
  const wrapped = Object.entries(filesWithoutAppend).map(([name, operation]) => {
    const call = async (target: string | number, ...rest: unknown[]): Promise<unknown> => {
      const path = typeof target === 'string' ? target : (paths.get(target) ?? '')
      const noted: Call = [name as keyof FileOperations, path]
      const error = failure(noted)
      if (error !== undefined) throw error
      const result = await (operation as (...parameters: unknown[]) => Promise<unknown>)(target, ...rest)
      if ((name === 'create' || name === 'open') && typeof result === 'number') paths.set(result, path)
      calls.push(noted)
      return result
    }
    return [name, call] as const
  })
  // a read that is not recorded would not fail either
  const unread = { readCached: () => false, readChecked: () => undefined, watch: () => undefined }
  return { calls, files: { ...(Object.fromEntries(wrapped) as unknown as FileOperations), ...unread } }
}

/** An error like those of the system. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made up`), { code })
}
