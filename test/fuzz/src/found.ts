/** What is wrong, and how to see it again. */
export class Found extends Error {
  override readonly name = 'Found'
}
