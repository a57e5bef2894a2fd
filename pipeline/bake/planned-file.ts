// One file of a bake's work folder, before it is written.

/** A file, or a whole folder copied, at a path relative to the work folder. */
export type PlannedFile =
  | { readonly path: string; readonly text: string; readonly mode: number }
  | { readonly path: string; readonly from: string }
