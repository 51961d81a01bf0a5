// Assertions about types for the type tests. Nothing here runs.

/** Whether two types are the same. `any` is the same only as `any`. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** A line that compiles only for `true`. */
export declare function expect<_Claim extends true>(): void
