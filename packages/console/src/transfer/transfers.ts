/** The uploads of this tab: they go on while pages change, and are offered again after a reload. */
import { createClient, droppedFiles, type NamedFile, UploadQueue, type UploadTask } from '@bindery/client/browser'
import { aboutServer, currentSession, serverTime, signingKey } from '../wire/session.js'
import { pathOf, queryText, signedHeaders } from '../wire/sign.js'
import { type Conflict, conflict, drawn, isDrawerOpen, needsFile } from './state.js'

/** Parts of an upload by their number, for as many as the strip has cells. */
export type { NamedFile, UploadTask }
export { droppedFiles }

let queue: UploadQueue | undefined

/** The queue of the tab. */
export function uploads(): UploadQueue {
  queue ??= createQueue()
  return queue
}

function createQueue(): UploadQueue {
  const client = createClient({
    endpoint: location.origin,
    addressing: 'path',
    auth: { signer: (targets) => Promise.all(targets.map(sign)) },
  })
  const made = new UploadQueue(client, { warnOnUnload: true, keepAwake: true })
  const draw = () => drawn.set(drawn.value + 1)
  made.on('task', draw)
  made.on('progress', draw)
  currentSession.follow(() => {
    // nothing can be signed any more; what the server has is kept
    if (currentSession.value === undefined) void made.pauseAll()
  })
  return made
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

/** Adds files, those in folders by their paths, below a prefix of a bucket. */
export async function uploadFiles(
  files: readonly (File | NamedFile)[],
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): Promise<void> {
  const wanted = files.filter((one) => !LITTER.includes(one instanceof File ? one.name : one.file.name))
  if (wanted.length === 0) return
  uploads().addFiles(wanted, { bucket, prefix, onExists: onExistsOf(conflict.value) })
  isDrawerOpen.set(true)
}

function onExistsOf(choice: Conflict) {
  return choice
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

/** Offers the uploads that an earlier page left unfinished. */
export async function restoreUploads(): Promise<void> {
  const restored = await uploads().restore()
  for (const { task, needsSource } of restored) if (needsSource) needsFile.add(task)
  if (restored.length > 0) isDrawerOpen.set(true)
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
