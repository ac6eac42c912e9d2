/**
 * A value, or a promise of it. Work that need not wait returns the value, and its caller continues in the same turn:
 * `andThen` takes both, so that there is one code path. A failure is always a promise that rejects.
 */
export type Awaitable<T> = T | Promise<T>

/** Continues with a value: at once, or when its promise resolves. A throw of `next` becomes a rejection. */
export function andThen<T, R>(value: Awaitable<T>, next: (value: T) => Awaitable<R>): Awaitable<R> {
  if (value instanceof Promise) return value.then(next)
  try {
    return next(value)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** Ends work that may throw, reject or succeed, by one of two functions. */
export function settle<T, R>(
  work: () => Awaitable<T>,
  onValue: (value: T) => Awaitable<R>,
  onError: (error: unknown) => Awaitable<R>,
): Awaitable<R> {
  let value: Awaitable<T>
  try {
    value = work()
  } catch (error) {
    return onError(error)
  }
  return value instanceof Promise ? value.then(onValue, onError) : onValue(value)
}
