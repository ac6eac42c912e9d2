import { StorageError } from '@bindery/storage'

/** What may keep a server from starting or running, and what its sentence needs. The command line has the sentences. */
export interface FailureDetails {
  unknownFlag: { flag: string; suggestion: string | undefined }
  unknownVariable: { variable: string; suggestion: string | undefined }
  unexpectedArgument: { argument: string }
  valueMissing: { flag: string; placeholder: string }
  /** `name` is the flag or variable that held the value, `expected` says what it takes. */
  valueInvalid: { name: string; value: string; expected: string }
  /** One half of the root key was given by the environment, and the other not. */
  keyHalfGiven: { missing: string }
  portTaken: { host: string; port: number }
  portForbidden: { port: number }
  hostUnknown: { host: string }
  folderForbidden: { folder: string }
  notAFolder: { folder: string }
  /** No data folder is there, where one is needed. */
  folderMissing: { folder: string }
  /** The folder holds files, and none says that they are Bindery's. */
  folderForeign: { folder: string }
  /** What should be a backup was never finished, or is none. */
  backupUnfinished: { folder: string }
  /** Something else is where a backup or a restored folder is to go. */
  targetNotEmpty: { folder: string }
  /** `pid` is undefined when the holder does not answer: what is left of it ends, or it hangs. */
  folderLocked: { folder: string; pid: number | undefined }
  formatNewer: { folder: string; format: number; supported: number }
  /** Written by another build from before the release of its format. */
  layoutOther: { folder: string; layout: number; supported: number }
  fileDamaged: { file: string }
  diskFull: { folder: string }
  /** Worker processes ended `times` times within a minute, or once while starting; `how` is the last one's end. */
  workersFail: { times: number; how: string }
}

export type FailureKind = keyof FailureDetails

/** A failure that somebody can do something about. Its message is for logs; people get a sentence by its kind. */
export class Failure<K extends FailureKind = FailureKind> extends Error {
  override readonly name = 'Failure'
  readonly kind: K
  readonly details: FailureDetails[K]

  constructor(kind: K, details: FailureDetails[K], options?: ErrorOptions) {
    super(`${kind} ${JSON.stringify(details)}`, options)
    this.kind = kind
    this.details = details
  }
}

/** The system's code of an error or of its cause, `ENOSPC` for one. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof StorageError && error.kind === 'noSpace') return 'ENOSPC'
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? undefined : systemCode(cause)
}

/** What an error of the file system says about a folder; any other error is returned as it is. */
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

/** What an error of listening says about an address; any other error is returned as it is. */
export function listenFailure(error: unknown, host: string, port: number): unknown {
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new Failure('portTaken', { host, port }, { cause: error })
    case 'EACCES':
      return new Failure('portForbidden', { port }, { cause: error })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Failure('hostUnknown', { host }, { cause: error })
    default:
      return error
  }
}
