import type {
  AuditProgress,
  AuditReport,
  ClusterSchema,
  CopyProgress,
  Facts,
  FindingKind,
  FolderFormat,
  FormatCheck,
  MigrateReport,
  MoveProgress,
  MoveStep,
} from '@bindery/server'

/** The texts of the maintenance commands. */
export interface MaintenanceSentences {
  readonly severity: { readonly lost: string; readonly wrong: string; readonly left: string }
  /** Names the subject of a finding, including the separator before the sentence; '' if it has no name. */
  readonly subject: (facts: Facts) => string
  readonly findings: { readonly [K in FindingKind]: (facts: Facts) => string }
  readonly repairedNote: string
  readonly progress: (progress: AuditProgress) => string
  readonly checked: (checked: AuditProgress, bytes: boolean) => string
  readonly waiting: (blobs: number) => string
  /** `repair`: whether it was requested. */
  readonly verdict: (report: AuditReport, repair: boolean) => string
  readonly copying: (progress: CopyProgress) => string
  readonly copied: (progress: CopyProgress, target: string) => string
  /** Printed when a copy is finished but its source has a problem. */
  readonly copiedDamage: string
  readonly moving: (step: MoveStep, progress: MoveProgress) => string
  readonly moved: (report: MigrateReport) => string
  /** The source of a migration that was undone. */
  readonly movedBack: (place: string) => string
  readonly quarantined: (folder: string) => string
  readonly upgrade: {
    readonly supported: (release: string, format: FolderFormat) => string
    /** The sentence for a folder that is not refused. */
    readonly outcome: { readonly [K in FormatCheck['kind']]: (folder: string) => string }
    readonly running: (endpoint: string) => string
    readonly cluster: (schema: ClusterSchema) => string
  }
}

/** The names of a finding's subject, joined: the object, the upload and part, or otherwise our internal ids. */
export function subjectOf(facts: Facts, words: { readonly upload: string; readonly part: string }): string {
  const { bucket, key, uploadId, partNumber, manifest } = facts
  const object = [bucket, key].filter((name) => name !== undefined).join('/')
  const names = [
    object === '' && uploadId === undefined ? (manifest ?? '') : object,
    uploadId === undefined ? '' : `${words.upload} ${uploadId}`,
    partNumber === undefined ? '' : `${words.part} ${partNumber}`,
  ]
  return names.filter((name) => name !== '').join(', ')
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1.5 GiB`. */
export function sizeText(bytes: number): string {
  let unit = 0
  let value = bytes
  for (; value >= 1024 && unit < UNITS.length - 1; unit += 1) value /= 1024
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
