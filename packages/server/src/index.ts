export type { MoveProgress } from '@bindery/service'
export {
  type AuditProgress,
  type AuditReport,
  type Facts,
  FINDING_KINDS,
  type Finding,
  type FindingKind,
} from '@bindery/service'
export { type Config, OPTIONS, type Option, type OptionName, SECRET_OPTIONS } from './config.js'
export type { Codec } from './config-codecs.js'
export { BUCKET_NAME } from './config-codecs.js'
export type { Serving } from './deployment.js'
export { nodeDigests } from './digests.js'
export { Failure, type FailureDetails, type FailureKind } from './failure.js'
export { type BackupOptions, backup } from './folder/backup.js'
export { checkFormat, type FormatCheck } from './folder/check-format.js'
export type { CopyProgress } from './folder/copy-blobs.js'
export type { CopyReport } from './folder/copy-folder.js'
export { FORMAT, type FolderFormat } from './folder/data-folder.js'
export { findServer } from './folder/lock.js'
export { requireRootKey } from './folder/read-root-key.js'
export { type RestoreOptions, restore } from './folder/restore.js'
export type { ClusterSchema } from './gateway/upgrade-cluster.js'
export { type FsckOptions, type FsckReport, fsck } from './maintenance/fsck.js'
export {
  createKey,
  generateMasterKey,
  type KeyEntry,
  listKeys,
  listMasterKeys,
  type MasterKeyEntry,
  retireMasterKey,
  rewrap,
  rotateKey,
  setKeyState,
} from './maintenance/keys.js'
export {
  copyPlace,
  type MigrateOptions,
  type MigrateReport,
  type MoveStep,
  migrate,
  undoMigration,
} from './maintenance/migrate.js'
export { nearest } from './nearest.js'
export { type KeyPlace, type MoveEnd, readClusterSchema, upgradeCluster } from './open-deployment.js'
export {
  type ExplainedOption,
  explainConfig,
  labelOf,
  readConfig,
  sourceOf,
  withoutSecret,
} from './read-config.js'
export { type End, reloadOnHangup, StopSignals, switchLogLevelOnSignal } from './signals.js'
export { type RunningServer, startServer } from './start-server.js'
export { type Fault, type FaultRule, type FaultSubject, Faults } from './test-mode/fault.js'
export { startTestedServer, type TestedServer, type TestedServerOptions } from './test-mode/start-tested-server.js'
export { type TestedRequest, TestMode } from './test-mode/test-mode.js'
