/** Handles of files in browsers. */

/** A file that a page was given a lasting handle of, such as a FileSystemFileHandle. It survives a reload. */
export interface FileHandleLike {
  readonly kind: 'file'
  readonly name: string
  getFile(): Promise<File>
}
