/** The files of a drop, those in folders included. */
import type { NamedFile } from '../types/queue.js'

/** Entries of a folder that a browser returns per call; an empty list is the end. */
type Entry = FileSystemEntry &
  Partial<Pick<FileSystemFileEntry, 'file'> & Pick<FileSystemDirectoryEntry, 'createReader'>>

/**
 * Reads what was dropped. Call it in the handler of the drop, before anything is awaited: the browser empties the transfer
 * afterwards. Paths begin with the name of the dropped file or folder. Rejects with the DOMException of a file that cannot be read.
 */
export function droppedFiles({ items }: DataTransfer): Promise<NamedFile[]> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  return filesIn(entries)
}

async function filesIn(entries: readonly FileSystemEntry[]): Promise<NamedFile[]> {
  const found: NamedFile[] = []
  for (const entry of entries as readonly Entry[]) {
    const { file, createReader } = entry
    if (entry.isFile && file !== undefined) {
      const opened = await new Promise<File>((resolve, reject) => file.call(entry, resolve, reject))
      found.push({ file: opened, path: entry.fullPath.replace(/^\//, '') })
    } else if (createReader !== undefined) {
      found.push(...(await filesIn(await children(createReader.call(entry)))))
    }
  }
  return found
}

async function children(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}
