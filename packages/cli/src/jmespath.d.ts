/** The parts of the library `jmespath` that are used here; it comes without types. */
declare module 'jmespath' {
  const jmespath: {
    /** Throws Error for a text that is no expression. */
    compile(expression: string): unknown
    /** What an expression takes of a value of JSON. Throws Error where a function does not take its arguments. */
    search(value: unknown, expression: string): unknown
  }
  export = jmespath
}
