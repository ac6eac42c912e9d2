import type { Awaitable } from '@bindery/storage'

type Step<From, To> = (from: From) => Awaitable<To>

/** Functions that run one after another, each on the result of the previous one, synchronously until one waits. */
export class Steps<From, To> {
  readonly #steps: readonly Step<unknown, unknown>[]

  private constructor(steps: readonly Step<never, unknown>[]) {
    this.#steps = steps as readonly Step<unknown, unknown>[]
  }

  static first<From, To>(step: Step<From, To>): Steps<From, To> {
    return new Steps([step])
  }

  next<Further>(step: Step<To, Further>): Steps<From, Further> {
    return new Steps([...this.#steps, step])
  }

  run(from: From): Awaitable<To> {
    return runAfter(this.#steps, 0, from) as Awaitable<To>
  }
}

/** Runs the steps after the first `done`. */
function runAfter(steps: readonly Step<unknown, unknown>[], done: number, from: unknown): Awaitable<unknown> {
  let value = from
  for (let index = done; index < steps.length; index += 1) {
    const result = steps[index]?.(value)
    if (result instanceof Promise) return result.then((resolved) => runAfter(steps, index + 1, resolved))
    value = result
  }
  return value
}
