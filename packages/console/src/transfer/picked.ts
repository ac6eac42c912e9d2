/** Files that someone picked or dropped, with handles where the browser has them: with those an upload goes on after a reload. */
import type { FileHandleLike, NamedFile } from '@bindery/client/browser'

/** A file, its path below what was picked, and a handle that outlives the page. */
export interface Picked extends NamedFile {
  readonly handle?: FileHandleLike | undefined
}

/** The handles that browsers with the File System Access API have. */
interface FileHandle extends FileHandleLike {
  requestPermission?(options: { readonly mode: 'read' }): Promise<PermissionState>
}

interface FolderHandle {
  readonly kind: 'directory'
  readonly name: string
  values(): AsyncIterable<FileHandle | FolderHandle>
}

interface Pickers {
  readonly showOpenFilePicker?: (options: { readonly multiple: true }) => Promise<readonly FileHandle[]>
  readonly showDirectoryPicker?: () => Promise<FolderHandle>
}

const pickers = (): Pickers => globalThis as Pickers

/** Whether the browser offers dialogs that return handles: on https and localhost, and not in every browser. */
export function hasPickers(): boolean {
  return pickers().showOpenFilePicker !== undefined && pickers().showDirectoryPicker !== undefined
}

/** Files from the dialog of the browser; none where it was closed. */
export async function pickFiles(): Promise<readonly Picked[]> {
  const handles = await unlessClosed(pickers().showOpenFilePicker?.({ multiple: true }))
  return Promise.all((handles ?? []).map((handle) => pickedOf(handle, handle.name)))
}

/** The files of a folder from the dialog of the browser, those of its folders included; `onPicked` is called before they are read. */
export async function pickFolder(onPicked: () => void): Promise<readonly Picked[]> {
  const folder = await unlessClosed(pickers().showDirectoryPicker?.())
  if (folder === undefined) return []
  onPicked()
  return filesBelow(folder, folder.name)
}

/** The handles of what is dropped, in the order of the items. Call it before anything is awaited. */
export function handlesOf({ items }: DataTransfer): Promise<readonly (FileHandleLike | undefined)[]> {
  const handles = Array.from(items, async (item) => {
    const { getAsFileSystemHandle: open } = item as { getAsFileSystemHandle?: () => Promise<FileHandle | null> }
    return (await open?.call(item).catch(() => undefined)) ?? undefined
  })
  return Promise.all(handles)
}

/** Whether the page may read the file of a handle. Call it while a click is handled: the browser may let the person confirm. */
export async function mayRead(handle: FileHandleLike): Promise<boolean> {
  const { requestPermission } = handle as FileHandle
  if (requestPermission === undefined) return true
  return (await requestPermission.call(handle, { mode: 'read' })) === 'granted'
}

async function unlessClosed<T>(picking: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await picking
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}

async function pickedOf(handle: FileHandle, path: string): Promise<Picked> {
  return { file: await handle.getFile(), path, handle }
}

/** A folder of thousands of files is read without waiting for each of them. */
async function filesBelow(folder: FolderHandle, path: string): Promise<readonly Picked[]> {
  const found: Promise<readonly Picked[]>[] = []
  for await (const child of folder.values()) {
    const below = `${path}/${child.name}`
    found.push(child.kind === 'directory' ? filesBelow(child, below) : pickedOf(child, below).then((one) => [one]))
  }
  return (await Promise.all(found)).flat()
}
