export declare const canEvict: boolean
export declare function evict(path: string): void
