/** State of the drawer, apart from the uploads themselves, so that the first page need not load those. */
import type { UploadTask } from '@bindery/client/browser'
import { Store } from '../app/store.js'

/** The reactions to an object that already has the key. `prompt` looks for such objects first, and lets the person decide. */
export const CONFLICTS = ['prompt', 'overwrite', 'skip', 'skip-if-same', 'keep-both', 'fail'] as const
/** The name of a reaction. */
export type Conflict = (typeof CONFLICTS)[number]

/** How files are uploaded that are added from now on. */
export interface Choices {
  readonly conflict: Conflict
  /** MiB per part; `auto`: by the size of the file. */
  readonly partSize: 'auto' | '1' | '8' | '32' | '128'
  /** Parts of a file at a time; `auto`: adapted to the server. */
  readonly parallel: 'auto' | '1' | '2' | '4' | '6'
  /** MiB per second of all uploads together; empty: no limit. */
  readonly limit: string
  /** Empty: that of the bucket. */
  readonly storageClass: '' | 'Standard' | 'IA' | 'Archive' | 'ColdArchive' | 'DeepColdArchive'
  readonly acl: 'default' | 'private' | 'public-read' | 'public-read-write'
  /** `name=value` pairs, separated by `&` as in the header x-oss-tagging. */
  readonly tags: string
}

/** They apply to this tab. */
export const choices = new Store<Choices>({
  conflict: 'prompt',
  partSize: 'auto',
  parallel: 'auto',
  limit: '',
  storageClass: '',
  acl: 'default',
  tags: '',
})

/** The upload whose continuation on another machine is shown. */
export const takingOver = new Store<UploadTask | undefined>(undefined)

/** The object that an upload of this tab has stored last. */
export const stored = new Store<{ readonly bucket: string; readonly key: string } | undefined>(undefined)

/** Whether the drawer is shown. */
export const isDrawerOpen = new Store(false)

/** Rises with each change of an upload. */
export const drawn = new Store(0)

/** Uploads of an earlier page whose file must be chosen again. */
export const needsFile = new Set<object>()

/** Uploads of an earlier page whose file this browser can open again, once it is allowed to. */
export const canContinue = new Set<object>()

/** A question to the person: what happens to files whose keys are taken. */
export interface Question {
  /** All files, and those of them whose keys are known to be taken. */
  readonly files: number
  readonly taken: readonly string[]
  /** Called once; undefined: nothing is uploaded. */
  readonly answer: (choice: Exclude<Conflict, 'prompt'> | undefined) => void
}

/** The question that is open. */
export const question = new Store<Question | undefined>(undefined)
