import { OssError } from '@bindery/protocol'
import type { Scope } from '../domain/scope.js'

/** Each holds a buffer of 64 to 512 KiB from before its sender is known until it is answered. */
const OPEN_FORMS_MAX = 128

/** The forms that a process is reading, so that their buffers cannot fill its memory. */
export class OpenForms {
  #count = 0

  /** Counts a form until its request ends. Throws slowDown while there are too many. */
  enter(scope: Scope): void {
    if (this.#count === OPEN_FORMS_MAX) throw new OssError('slowDown')
    this.#count += 1
    scope.add(() => {
      this.#count -= 1
    })
  }
}
