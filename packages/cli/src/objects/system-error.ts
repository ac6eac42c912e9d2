/** An error of the operating system about a file, such as a missing permission. */
export type FileSystemError = NodeJS.ErrnoException & { readonly path: string }

/** Whether an error is about a file. Errors of sockets have no path. */
export function isFileSystemError(error: unknown): error is FileSystemError {
  return error instanceof Error && 'syscall' in error && 'path' in error && typeof error.path === 'string'
}
