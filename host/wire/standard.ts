// The Standard Schema interface, version 1 (standardschema.dev): what zod, valibot, arktype and declared wire types share.

/** A schema of any library that follows standardschema.dev. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    /** The value, or what is wrong with it. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}
export type StandardResult<O> =
  | { readonly value: O; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };
export interface StandardIssue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}
// biome-ignore-start lint/suspicious/noExplicitAny: schemas of any types
/** What a schema takes. */
export type InferIn<S extends StandardSchemaV1<any, any>> = NonNullable<S["~standard"]["types"]>["input"];
/** What a schema gives. */
export type InferOut<S extends StandardSchemaV1<any, any>> = NonNullable<S["~standard"]["types"]>["output"];
// biome-ignore-end lint/suspicious/noExplicitAny: schemas of any types
