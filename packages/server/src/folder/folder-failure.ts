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
