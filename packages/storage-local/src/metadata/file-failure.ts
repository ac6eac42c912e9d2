import { statfs } from 'node:fs/promises'
import { constants } from 'node:os'
import { StorageError } from '@bindery/storage'
import type { MetadataFile } from './metadata-file.js'

/** Where so little is left, a write that lmdb calls an I/O error was cut short by the full disk. */
const FULL_BELOW_BYTES = 64 * 1024 ** 2

const { ENOSPC, EDQUOT, EFBIG, EIO } = constants.errno

/** Why a batch was not committed, and whether the file can still be used. */
export interface FileFailure {
  readonly error: StorageError
  readonly broken: boolean
}

/**
 * What an error of a batch means. A full disk passes: pages that were not committed are not referred to, and lmdb writes
 * all pages of the next transaction anew. Any other error of the file breaks the store: a sync is not repeated.
 */
export async function failureOf(file: MetadataFile, error: unknown): Promise<FileFailure> {
  const cause = await causeOf(error)
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (typeof code !== 'number') {
    return { broken: false, error: new StorageError('unavailable', 'a commit failed', { cause }) }
  }
  if ((await isFull(file, code)) && isReadable(file)) {
    return { broken: false, error: new StorageError('noSpace', 'the disk of the metadata is full', { cause }) }
  }
  return { broken: true, error: new StorageError('unavailable', 'the metadata file has failed', { cause }) }
}

/** lmdb rejects a failed commit at once, with a promise that fails with the reason. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error
  try {
    return await error.commitError
  } catch (cause) {
    return cause
  }
}

async function isFull(file: MetadataFile, code: number): Promise<boolean> {
  if (code === ENOSPC || code === EDQUOT || code === EFBIG) return true
  if (code !== EIO) return false
  const { bavail, bsize } = await statfs(file.path)
  return bavail * bsize < FULL_BELOW_BYTES
}

/** False once lmdb has failed at a root of its file: it then refuses every transaction. */
function isReadable(file: MetadataFile): boolean {
  try {
    file.root.resetReadTxn()
    file.root.useReadTransaction().done()
    return true
  } catch {
    return false
  }
}
