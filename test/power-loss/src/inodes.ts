/** Files and folders in memory: the content of a disk, without times. */

/** A file that grows: bytes beyond its end read as zeros until they are written. */
export class FileNode {
  readonly kind = 'file'
  #bytes: Buffer
  #size: number

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = Buffer.from(bytes)
    this.#size = bytes.length
  }

  get size(): number {
    return this.#size
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size)
  }

  read(buffer: Uint8Array, position: number): number {
    const bytes = this.bytes.subarray(position, position + buffer.length)
    buffer.set(bytes)
    return bytes.length
  }

  write(bytes: Uint8Array, position: number): void {
    this.extend(position + bytes.length)
    this.#bytes.set(bytes, position)
  }

  /** Zeros a range of the file; its size stays. */
  clear(position: number, length: number): void {
    this.bytes.subarray(position, position + length).fill(0)
  }

  extend(size: number): void {
    if (size > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(size, this.#bytes.length * 2))
      larger.set(this.bytes)
      this.#bytes = larger
    }
    this.#size = Math.max(this.#size, size)
  }
}

export class FolderNode {
  readonly kind = 'folder'
  readonly names = new Map<string, Inode>()
}

export type Inode = FileNode | FolderNode

/** All paths below a folder with their sizes, for debugging a failure. */
export function describeTree(folder: FolderNode, path = ''): string[] {
  return [...folder.names].flatMap(([name, node]) =>
    node.kind === 'folder' ? describeTree(node, `${path}/${name}`) : [`${path}/${name} (${node.size} bytes)`],
  )
}
