/** Handles of files in browsers. */

/** A file that a page was given a lasting handle of, such as a FileSystemFileHandle. It survives a reload. */
export interface FileHandleLike {
  readonly kind: 'file'
  readonly name: string
  getFile(): Promise<File>
}

/** A file that a page may write to, such as a FileSystemFileHandle of `showSaveFilePicker`. */
export interface WritableHandleLike {
  readonly kind: 'file'
  readonly name: string
  createWritable(): Promise<WritableFileLike>
}

/** The new content of a file; the file has it when it is closed. */
export interface WritableFileLike {
  write(piece: {
    readonly type: 'write'
    readonly position: number
    readonly data: Uint8Array<ArrayBuffer>
  }): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}
