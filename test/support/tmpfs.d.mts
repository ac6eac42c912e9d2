export declare const onTmpfs: string | false
