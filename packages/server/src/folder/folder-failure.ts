import { existsSync } from 'node:fs'
import { sep } from 'node:path'
import { Failure, systemCode } from '../failure.js'

/** The Failure for an error of the file system on a folder; any other error is returned unchanged. */
export function folderFailure(error: unknown, folder: string): unknown {
  switch (systemCode(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Failure('folderForbidden', { folder }, { cause: error })
    case 'ENOTDIR':
    case 'EEXIST':
      return new Failure('notAFolder', { folder }, { cause: error })
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('diskFull', { folder }, { cause: error })
    default:
      return error
  }
}

/** Like `folderFailure`, for a folder that has been opened: where it is missing, or a file in it, someone has deleted that. */
export function openFolderFailure(error: unknown, folder: string): unknown {
  if (error instanceof Failure) return error
  if (existsSync(folder) && !isMissing(error, folder)) return folderFailure(error, folder)
  return new Failure('folderDeleted', { folder }, { cause: error })
}

/** Whether an error is that something in a folder does not exist. lmdb has no codes of the system. */
function isMissing(error: unknown, folder: string): boolean {
  const { path, message } = (error ?? {}) as { path?: unknown; message?: unknown }
  if (typeof message === 'string' && message.startsWith('No such file or directory')) return true
  const isInside = typeof path !== 'string' || path.startsWith(`${folder}${sep}`)
  return isInside && systemCode(error) === 'ENOENT'
}
