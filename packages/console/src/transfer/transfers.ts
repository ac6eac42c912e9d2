/** The uploads of this tab: they go on while pages change, and are offered again after a reload. */
import {
  droppedFiles,
  indexedDbStore,
  type NamedFile,
  type QueueItem,
  type UploadTask,
  xhrTransport,
} from '@bindery/client/browser'
import { UploadQueue } from '@bindery/client/queue'
import { createUploader } from '@bindery/client/upload'
import { aboutServer, currentSession, serverTime, sessionEnd, signingKey } from '../wire/session.js'
import { pathOf, queryText, signedHeaders } from '../wire/sign.js'
import { resolveConflicts, type Wanted } from './conflicts.js'
import { joinGroup } from './groups.js'
import { mayRead, type Picked } from './picked.js'
import { type Choices, canContinue, choices, drawn, isDrawerOpen, needsFile, stored } from './state.js'

export type { NamedFile, UploadTask }
export { droppedFiles }

const MIB = 1024 * 1024

const checkpoints = indexedDbStore()
let queue: UploadQueue | undefined

/** The queue of the tab. */
export function uploads(): UploadQueue {
  queue ??= createQueue()
  return queue
}

function createQueue(): UploadQueue {
  const uploader = createUploader({
    endpoint: location.origin,
    addressing: 'path',
    transport: xhrTransport(),
    checkpoints,
    // the policy of the page runs files of the server alone, and the client starts its worker from text
    integrity: { worker: false },
    auth: { signer: (targets) => Promise.all(targets.map(sign)) },
  })
  const made = new UploadQueue(uploader, { warnOnUnload: true, keepAwake: true })
  const draw = () => drawn.set(drawn.value + 1)
  made.on('task', ({ state, bucket, key }) => {
    draw()
    if (state === 'done') stored.set({ bucket, key })
    if (choices.value.limit !== '') shareLimit(made)
  })
  made.on('progress', draw)
  choices.follow(() => shareLimit(made))
  currentSession.follow(() => {
    if (currentSession.value !== undefined) return
    // nothing can be signed any more; what the server has is kept
    const isLeaving = sessionEnd.value === undefined
    const paused = made.pauseAll({ drain: !isLeaving })
    // the next person must not find the uploads of this one
    if (isLeaving) void paused.then(() => location.reload())
  })
  return made
}

/** Uploads that run share the limit equally. */
function shareLimit(all: UploadQueue): void {
  const limit = Number(choices.value.limit) * MIB
  const running = [...all].filter(({ state }) => state === 'running' || state === 'preparing')
  for (const task of running) task.setBandwidth(limit > 0 ? Math.max(1, Math.round(limit / running.length)) : 0)
}

interface Target {
  readonly method: string
  readonly bucket: string
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** Signs without Web Crypto, which browsers offer on https and localhost alone. */
async function sign({ method, bucket, key, query = {}, headers = {} }: Target) {
  const { region } = await aboutServer()
  const signed = signedHeaders({ method, bucket, key, query, headers }, await signingKey(), {
    region,
    time: serverTime(),
  })
  return { url: `${location.origin}${pathOf(bucket, key)}${queryText(query)}`, headers: signed }
}

/** Files that a system leaves in folders, which hardly anyone means to upload. */
const LITTER = ['.DS_Store', 'Thumbs.db', 'desktop.ini']
/** Milliseconds for which files are added without a pause, so that the page can be used meanwhile. */
const SLICE_MS = 20

/** Adds files, those in folders by their paths, below a prefix of a bucket. */
export async function uploadFiles(
  files: readonly (File | Picked)[],
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<void> {
  const given = files.map(pickedOf).filter(({ file }) => !LITTER.includes(file.name))
  const wanted = given.map((picked): Wanted => ({ ...picked, key: prefix + picked.path }))
  const resolved = await resolveConflicts(bucket, wanted, choices.value.conflict)
  if (resolved.files.length === 0) return
  isDrawerOpen.set(true)
  const options = { ...optionsOf(choices.value), bucket, onExists: resolved.onExists }
  let begun = performance.now()
  for (const { file, key, path, handle } of resolved.files) {
    if (performance.now() - begun > SLICE_MS) {
      await new Promise((resolve) => setTimeout(resolve))
      begun = performance.now()
    }
    const contentType = file.type === '' ? {} : { contentType: file.type }
    const label = labelOf(bucket, prefix, path)
    const item = { ...contentType, ...options, key, source: handle ?? file, size: file.size }
    const task = uploads().add({ ...item, ...(label === undefined ? {} : { label }) })
    if (label !== undefined) joinGroup(task, label, file.size)
  }
}

/** The folder in which a file was picked, by its address in the bucket; undefined for a file that was picked by itself. */
function labelOf(bucket: string, prefix: string, path: string): string | undefined {
  const slash = path.indexOf('/')
  return slash === -1 ? undefined : `${bucket}/${prefix}${path.slice(0, slash + 1)}`
}

function pickedOf(given: File | Picked): Picked {
  return given instanceof File ? { file: given, path: given.webkitRelativePath || given.name } : given
}

function optionsOf({ partSize, parallel, storageClass, acl, tags }: Choices): Partial<QueueItem> {
  return {
    ...(partSize === 'auto' ? {} : { partSize: Number(partSize) * MIB }),
    ...(parallel === 'auto' ? {} : { parallel: Number(parallel) }),
    ...(storageClass === '' ? {} : { storageClass }),
    ...(acl === 'default' ? {} : { acl }),
    ...(tags === '' ? {} : { tags: Object.fromEntries(new URLSearchParams(tags)) }),
  }
}

/** Continues an upload that any program began, with the file that it is of. */
export function continueUpload(
  file: File,
  { bucket, key, uploadId, partSize }: { bucket: string; key: string; uploadId: string; partSize: number | undefined },
): UploadTask {
  const task = uploads().add({
    source: file,
    ...{ bucket, key, resume: { uploadId }, multipartThreshold: 1 },
    ...(partSize === undefined ? {} : { partSize }),
  })
  isDrawerOpen.set(true)
  return task
}

/** Pauses the uploads of this tab, or continues them where none of them moves. */
export async function togglePause(): Promise<void> {
  const all = uploads()
  if (all.progress.files.active > 0) await all.pauseAll()
  else all.resumeAll()
}

/** Offers the uploads that an earlier page left unfinished. */
export async function restoreUploads(): Promise<void> {
  const restored = await uploads().restore()
  const folders = new Map<string, { label: string; size: number }>()
  for await (const { bucket, key, label, size } of checkpoints.list()) {
    if (label !== undefined) folders.set(`${bucket}/${key}`, { label, size: size ?? 0 })
  }
  for (const { task, needsSource } of restored) {
    ;(needsSource ? needsFile : canContinue).add(task)
    const folder = folders.get(`${task.bucket}/${task.key}`)
    if (folder !== undefined) joinGroup(task, folder.label, folder.size)
  }
  if (restored.length > 0) isDrawerOpen.set(true)
  drawn.set(drawn.value + 1)
}

/** Continues the restored uploads whose files this browser can open again. Where it may not, the file must be chosen. */
export async function continueRestored(): Promise<void> {
  const handles = new Map<string, Awaited<ReturnType<NonNullable<typeof checkpoints.getHandle>>>>()
  for await (const { id, bucket, key } of checkpoints.list()) {
    handles.set(`${bucket}/${key}`, await checkpoints.getHandle?.(id))
  }
  for (const task of [...canContinue] as UploadTask[]) {
    canContinue.delete(task)
    const handle = handles.get(`${task.bucket}/${task.key}`)
    if (handle !== undefined && (await mayRead(handle))) task.resume()
    else needsFile.add(task)
  }
  drawn.set(drawn.value + 1)
}

/** Continues restored uploads with files that were chosen again; returns the files that belong to none. */
export async function giveFiles(files: readonly File[]): Promise<readonly File[]> {
  const matched = await uploads().match(files)
  for (const { file, task } of matched) {
    if (task === undefined) continue
    needsFile.delete(task)
    task.resume({ source: file })
  }
  drawn.set(drawn.value + 1)
  return matched.filter(({ task }) => task === undefined).map(({ file }) => file)
}
