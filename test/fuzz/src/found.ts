/** A fault, and how to reproduce it. */
export class Found extends Error {
  override readonly name = 'Found'
}
