/**
 * The failures that can keep a server from starting or running, and the details for their messages, which are in the
 * command line package.
 */
export interface FailureDetails {
  unknownCommand: { command: string; suggestion: string | undefined }
  unknownFlag: { flag: string; suggestion: string | undefined }
  unknownVariable: { variable: string; suggestion: string | undefined }
  /** A configuration file sets a key that is not an option. */
  settingUnknown: { file: string; setting: string; suggestion: string | undefined; line?: number; column?: number }
  /** A configuration file is not an object of JSON or a mapping of YAML; `line` and `column` are of YAML, and `reason` is of the parser. */
  settingsMalformed: { file: string; line?: number; column?: number; reason?: string }
  unexpectedArgument: { argument: string }
  /** A key to which no upload is open. */
  uploadsMissing: { address: string; bucket: string }
  argumentMissing: { command: string; argument: string }
  valueMissing: { flag: string; placeholder: string }
  /** A value after a flag that takes none. */
  valueRefused: { flag: string; value: string }
  /** `name` is the flag or variable that held the value; `expected` describes valid values. */
  valueInvalid: { name: string; value: string; expected: string }
  /** The environment has only one half of the root key. */
  keyHalfGiven: { missing: string }
  /** A certificate without a key, or the other way round. */
  tlsHalfGiven: { missing: string }
  /** The audit webhook without its secret, or the other way round. */
  webhookHalfGiven: { missing: string }
  /** The audit webhook where control actions are not recorded. */
  webhookWithoutTrail: Record<never, never>
  /** A role whose keys are handed out unsigned, at a server to which proxies forward requests. */
  instanceRoleProxied: Record<never, never>
  certificateUnusable: { certificate: string; key: string; reason: string }
  portTaken: { host: string; port: number }
  portForbidden: { port: number }
  hostUnknown: { host: string }
  /** Another program listens on a Unix domain socket. */
  socketTaken: { socket: string }
  /** The file that is to be the socket is something else. */
  socketForeign: { socket: string }
  socketTooLong: { socket: string; bytes: number }
  /** `reason`: the code of the system. */
  socketUnusable: { socket: string; reason: string }
  /** No open file has this number. */
  descriptorUnusable: { name: string; descriptor: number }
  folderForbidden: { folder: string }
  /** Someone has deleted the folder, or a file in it, while it was being opened. */
  folderDeleted: { folder: string }
  notAFolder: { folder: string }
  /** The folder is a link to something that does not exist. */
  folderDangling: { folder: string; target: string }
  /** A data folder is required but missing. */
  folderMissing: { folder: string }
  /** The folder contains files, but no mark of Bindery. */
  folderForeign: { folder: string }
  /** The backup was never finished, or is not a backup. */
  backupUnfinished: { folder: string }
  /** The target of a backup or restore contains something else. */
  targetNotEmpty: { folder: string }
  /** One of the two folders of a copy contains the other. */
  folderInside: { folder: string; other: string }
  /** `pid` is undefined if the holder does not answer because it is ending or hangs. */
  folderLocked: { folder: string; pid: number | undefined }
  formatNewer: { folder: string; format: number; supported: number }
  /** Written by another build from before the release of its format. */
  layoutOther: { folder: string; layout: number; supported: number }
  fileDamaged: { file: string }
  /** The text in the variable is not a list of master keys. */
  masterKeysInvalid: { variable: string }
  /** Metadata in a database without a place for the blobs, or the other way round. */
  clusterHalfGiven: { missing: string }
  /** Gateways of the cluster run. */
  clusterInUse: { place: string }
  /** Another command has changed the keys of a cluster while this one did. */
  keysChanged: { place: string }
  /** A bucket for the blobs without the key to it. */
  blobsKeyMissing: Record<never, never>
  /** A cluster needs master keys from outside. */
  masterKeysRequired: { variable: string }
  /** The database of a cluster; `place` is without its password. */
  databaseUnusable: { place: string; reason: string }
  /** The schema of a database must be brought up to date first. */
  databaseOlder: { place: string; version: number; needed: number }
  /** Only newer releases may use a database. */
  databaseNewer: { place: string; floor: number; supported: number }
  /** The place is being filled from `source`. */
  moveUnfinished: { place: string; source: string }
  /** The data of a place have moved to another one. */
  dataMoved: { place: string; to: string }
  /** The place is being filled from another source. */
  targetOther: { place: string; source: string }
  /** A cluster to which data move lacks the master keys of their source. */
  masterKeysLacking: { place: string; source: string }
  /** Both ends of a move are clusters, or both are folders. */
  moveSame: Record<never, never>
  /** The key ring is wrapped under a master key that is not given. */
  masterKeyMissing: { folder: string }
  keyUnknown: { id: string; folder: string }
  masterKeyUnknown: { id: string; folder: string }
  /** This master key protects whatever is new. */
  masterKeyNewest: { id: string }
  /** The master keys of a variable are for those who set it to change. */
  masterKeysOutside: { variable: string }
  diskFull: { folder: string }
  /**
   * Worker processes ended `times` times within a minute, or once while starting; `how` describes the last one's
   * end.
   */
  workersFail: { times: number; how: string }
  /** `argument` is the one that is too many; undefined if one is missing. */
  adminArgument: { argument: string | undefined; usage: string }
  adminCommandUnknown: { command: string; suggestion: string | undefined }
  /** There is no key to sign with, in the environment or in this file. */
  adminKeyMissing: { file: string }
  /** The server refused an admin request. */
  adminRefused: { code: string; message: string; requestId: string }
  /** No server uses this data folder. */
  serverNotFound: { folder: string }
  /** The running server was started with a root key that this command does not have. */
  keyOther: { accessKeyId: string }
  /** The same, for a command that prints the key of the server and no other. */
  keyElsewhere: { accessKeyId: string }
  clientUnknown: { client: string; suggestion: string | undefined }
  /** `certificate`: what is wrong with that of the server, if that is why. */
  serverSilent: {
    endpoint: string
    certificate: string | undefined
    /** Where it is known: nothing listens there, its name is unknown, it does not speak TLS, or its certificate is for another name. */
    reason: 'refused' | 'unknownHost' | 'notTls' | 'otherName' | undefined
    /** The message of what failed, for reasons without a name. */
    message: string | undefined
    /** The proxy, where that is what failed; `message` describes how. */
    proxy: string | undefined
  }
  fileUnreadable: { file: string }
  fileUnwritable: { file: string }
  /** A bucket that is to be created at the start, and cannot be. */
  bucketRefused: { bucket: string; code: string; message: string }
  /** A name that no bucket can have. */
  bucketNameInvalid: { bucket: string }
  /** A file, or nothing, where a folder is needed. */
  folderNeeded: { folder: string }
  /** No address of a bucket or object; `suggestion` is the one that was probably meant. */
  addressInvalid: { address: string; suggestion: string | undefined }
  /** An address that a command cannot use; `needed` is the form that it needs. */
  addressUnfit: { command: string; address: string; needed: string }
  /** The object store refused a request. `ec` and `requestId` are absent where its answer had none. */
  requestRefused: { code: string; message: string; ec: string | undefined; requestId: string | undefined }
  /** A transfer failed on this machine or on the way; `code` is one of the client library. */
  transferFailed: { code: string; message: string }
  /** A profile that is in none of the files. */
  profileUnknown: { profile: string; known: readonly string[] }
  /** A profile in a file of another program. */
  profileForeign: { profile: string; file: string }
  settingMissing: { profile: string; setting: string }
  /** The program of a profile that prints keys. */
  credentialProcess: { program: string; reason: string }
  /** An upload whose parts have `gaps` gaps. */
  uploadIncomplete: { address: string; uploadId: string; gaps: number }
  /** A source without entries, after which a sync would delete everything. */
  sourceEmpty: { source: string }
  /** A deletion of many objects, with no terminal to confirm it on. */
  confirmationNeeded: { address: string }
}

/** The kinds of failures. */
export type FailureKind = keyof FailureDetails

/** A failure that the user can act on. Its message is for logs; the command line maps its kind to a sentence. */
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

/** The system error code of an error or of its cause, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const { code, kind, cause } = (error ?? {}) as { code?: unknown; kind?: unknown; cause?: unknown }
  // a StorageError, whose package the command would load for this line alone
  if (kind === 'noSpace') return 'ENOSPC'
  if (typeof code === 'string') return code
  return cause === undefined ? undefined : systemCode(cause)
}

/** The Failure for an error of listening on an address; any other error is returned unchanged. */
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
