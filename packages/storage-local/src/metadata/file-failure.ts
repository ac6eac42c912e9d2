import { statfs } from 'node:fs/promises'
import { constants } from 'node:os'
import { StorageError } from '@bindery/storage'
import type { MetadataFile } from './metadata-file.js'

/** With less free space than this, a write that LMDB reports as an I/O error was cut short by a full disk. */
const FULL_BELOW_BYTES = 64 * 1024 ** 2

const { ENOSPC, EDQUOT, EFBIG, EIO } = constants.errno

/** Why a batch was not committed, and whether the file can still be used. */
export interface FileFailure {
  readonly error: StorageError
  readonly broken: boolean
}

/**
 * The meaning of an error of a batch. A full disk is temporary: uncommitted pages are not referenced, and LMDB writes
 * all pages of the next transaction again. Any other error of the file breaks the store: a sync is not repeated.
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

/** LMDB rejects a failed commit at once, with a promise that fails with the reason. */
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

/** False once LMDB has failed at a root of its file: it then refuses every transaction. */
function isReadable(file: MetadataFile): boolean {
  try {
    file.root.resetReadTxn()
    file.root.useReadTransaction().done()
    return true
  } catch {
    return false
  }
}
