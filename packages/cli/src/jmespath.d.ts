/** The parts of the library `jmespath` that are used here; it comes without types. */
declare module 'jmespath' {
  /** Throws Error for a text that is no expression. */
  function compile(expression: string): unknown
  /** What an expression takes of a value of JSON. Throws Error where a function does not take its arguments. */
  function search(value: unknown, expression: string): unknown
  export default { compile, search }
}
