/** The hooks of React that are used. React itself is installed by the application. */
declare module 'react' {
  export function useCallback<F>(callback: F, dependencies: readonly unknown[]): F
  export function useMemo<T>(make: () => T, dependencies: readonly unknown[]): T
  export function useState<T>(initial: T): [value: T, set: (value: T) => void]
  export function useSyncExternalStore<T>(
    subscribe: (onChange: () => void) => () => void,
    getSnapshot: () => T,
    getServerSnapshot?: () => T,
  ): T
}
